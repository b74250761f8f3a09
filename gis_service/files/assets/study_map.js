document.documentElement.lang = "vi";
for (const button of document.querySelectorAll(".tongues button")) {
  button.addEventListener("click", () => {
    document.documentElement.lang = button.lang;
    for (const other of document.querySelectorAll(".tongues button")) {
      other.setAttribute("aria-pressed", String(other === button));
    }
  });
}
