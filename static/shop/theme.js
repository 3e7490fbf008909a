// Before anything is drawn: the colours somebody chose here, if not those of the device.
try {
  document.documentElement.dataset.theme = localStorage.getItem("shop-theme") || "";
} catch {
  // Storage is switched off: the device decides.
}
