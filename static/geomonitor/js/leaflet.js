/* The only door to django-leaflet's Leaflet, which _leaflet.html loads as a classic script before modules run. */
export const L = window.L;
