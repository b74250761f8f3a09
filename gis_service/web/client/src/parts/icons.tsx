/** Line icons drawn for this page, 24 by 24, taking the colour of the text beside them. */

import type { ComponentChildren } from "preact";

function Icon({ children }: { readonly children: ComponentChildren }) {
  return (
    <svg viewBox="0 0 24 24" width="22" height="22" fill="none" stroke="currentColor" stroke-width="1.7"
      stroke-linecap="round" stroke-linejoin="round" aria-hidden="true">{children}</svg>
  );
}

export function LayersIcon() {
  return <Icon><path d="M12 4 3.5 8.5 12 13l8.5-4.5L12 4Z" /><path d="m3.5 12.5 8.5 4.5 8.5-4.5" /><path d="m3.5 16.5 8.5 4.5 8.5-4.5" /></Icon>;
}

export function TableIcon() {
  return <Icon><rect x="3.5" y="5" width="17" height="14" rx="2" /><path d="M3.5 10h17M3.5 14.5h17M10 10v9" /></Icon>;
}

export function CalendarIcon() {
  return <Icon><rect x="4" y="5.5" width="16" height="14.5" rx="2" /><path d="M4 10h16M8.5 3.5v4M15.5 3.5v4" /></Icon>;
}

export function PlusIcon() {
  return <Icon><path d="M12 6v12M6 12h12" /></Icon>;
}

export function MinusIcon() {
  return <Icon><path d="M6 12h12" /></Icon>;
}

export function WholeIcon() {
  return <Icon><path d="M4 9V4h5M15 4h5v5M20 15v5h-5M9 20H4v-5" /><circle cx="12" cy="12" r="2.5" /></Icon>;
}

export function CoverageIcon() {
  return <Icon><circle cx="12" cy="12" r="8.5" /><circle cx="12" cy="12" r="3.5" /></Icon>;
}

export function PersonIcon() {
  return <Icon><circle cx="12" cy="8.5" r="4" /><path d="M4.5 20c.8-3.8 3.7-5.5 7.5-5.5s6.7 1.7 7.5 5.5" /></Icon>;
}

export function KeyIcon() {
  return <Icon><circle cx="8" cy="15.5" r="4" /><path d="m11 12.5 8-8M16 7.5l3 3M13.5 10l2 2" /></Icon>;
}

export function TryIcon() {
  return <Icon><path d="M12 3.5v6M9.5 7 12 9.5 14.5 7M4 12.5h16M7 12.5v4l5 4 5-4v-4" /></Icon>;
}

export function SitingIcon() {
  return <Icon><path d="M12 20.5c-4-4.6-6-7.7-6-10.3a6 6 0 0 1 12 0c0 2.6-2 5.7-6 10.3Z" /><path d="M12 7.6v5.2M9.4 10.2h5.2" /></Icon>;
}

export function RoadmapIcon() {
  return <Icon><path d="M4 19.5h16M5 15.5h4v-4h5v-4h5v-4" /><circle cx="5" cy="15.5" r="1.4" /><path d="m17 5.5 2-2" /></Icon>;
}

export function PlayIcon() {
  return <Icon><path d="M8 5.5v13l10.5-6.5L8 5.5Z" /></Icon>;
}

export function PauseIcon() {
  return <Icon><path d="M8.5 6v12M15.5 6v12" /></Icon>;
}

export function NextIcon() {
  return <Icon><path d="m9 5.5 6.5 6.5L9 18.5" /></Icon>;
}

export function BackIcon() {
  return <Icon><path d="M9 6 4.5 10.5 9 15M5 10.5h9a5 5 0 0 1 0 10h-3" /></Icon>;
}

export function ForthIcon() {
  return <Icon><path d="m15 6 4.5 4.5L15 15M19 10.5h-9a5 5 0 0 0 0 10h3" /></Icon>;
}

export function LockIcon() {
  return <Icon><rect x="5" y="11" width="14" height="9" rx="2" /><path d="M8 11V8a4 4 0 0 1 8 0v3" /></Icon>;
}

export function ShutIcon() {
  return <Icon><circle cx="12" cy="12" r="8" /><path d="M7.5 12h9" /></Icon>;
}

export function DrawIcon() {
  return <Icon><circle cx="5.5" cy="18" r="2" /><circle cx="18.5" cy="6" r="2" /><path d="m7 16.5 4-3.5 2.5 1 3.5-6.5" /></Icon>;
}

export function SpeedIcon() {
  return <Icon><path d="M4.5 17a8.5 8.5 0 1 1 15 0M12 14.5l4-5" /><circle cx="12" cy="15" r="1.2" /></Icon>;
}

export function CompareIcon() {
  return <Icon><rect x="3.5" y="5" width="17" height="14" rx="2" /><path d="M12 3v18M8.5 10 6.5 12l2 2M15.5 10l2 2-2 2" /></Icon>;
}
