window.ui = SwaggerUIBundle({
  url: '../openapi.json',
  dom_id: '#swagger-ui',
  deepLinking: true,
  displayOperationId: false,
  // The token that was typed in is there after a reload, too: in this browser alone, until it is
  // logged out on the page.
  persistAuthorization: true,
  // The validator is a service on the internet.
  validatorUrl: null,
});
