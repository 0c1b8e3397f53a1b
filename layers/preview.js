const phone = window.innerWidth < 700

/** Popup options: between the cards, not under them. */
const previewPopup = {
  minWidth: 230,
  maxWidth: 320,
  autoPanPaddingTopLeft: phone ? [10, 70] : [330, 20],
  autoPanPaddingBottomRight: phone ? [10, 170] : [330, 20],
}

/** Signs alone from afar, icons from near; cards folded on a phone; the projects beside the cards, not under them. */
function preparePreview(map, { fullFromZoom, bounds, attribution }) {
  const show = () => {
    const near = map.getZoom() >= (phone ? Math.max(fullFromZoom, 11) : fullFromZoom)
    map.getContainer().classList.toggle('near', near)
    map.getContainer().classList.toggle('far', !near)
    map.getContainer().classList.toggle('country', map.getZoom() < 8)
  }
  map.on('zoomend', show)
  map.fitBounds(bounds, {
    paddingTopLeft: phone ? [24, 70] : [320, 40],
    paddingBottomRight: phone ? [24, 150] : [40, 50],
    maxZoom: 14,
    animate: false,
  })
  show()
  map.attributionControl.setPrefix('Leaflet').addAttribution(attribution)
  if (!phone) L.control.scale({ imperial: false, position: 'bottomright' }).addTo(map)
  if (phone) document.querySelectorAll('.panel details').forEach((card) => { card.open = false })
}
