/** What a page of playwright or puppeteer, which tell it alike, asks for from now on; with the status once there is one. */
export function requestsOf(page) {
  const requests = [], asked = new Map();
  page.on('request', (request) => {
    if (!/^https?:|^wss?:/.test(request.url())) return;
    asked.set(request, {method: request.method(), url: request.url()});
    requests.push(asked.get(request));
  });
  page.on('response', (response) => Object.assign(asked.get(response.request()) ?? {}, {status: response.status()}));
  return requests;
}
