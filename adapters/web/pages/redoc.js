Redoc.init('../openapi.json', {
  // The fonts that come with the machine: none are fetched.
  theme: {typography: {fontFamily: 'system-ui, sans-serif', headings: {fontFamily: 'system-ui, sans-serif'}}},
}, document.getElementById('redoc'));
