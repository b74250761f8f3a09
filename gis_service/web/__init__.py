"""HTTP only: parse, authorise, call a service, present."""
