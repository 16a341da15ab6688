"""What a person sees: downloads, media and pages in a real Chromium, through both carriers."""
