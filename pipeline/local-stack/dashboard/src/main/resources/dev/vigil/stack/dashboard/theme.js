// The system's choice of light or dark, unless the reader made another one before.
const kept = localStorage.getItem("vigil-theme");
if (kept === "light" || kept === "dark") {
  document.documentElement.dataset.theme = kept;
}
