// What stands for the gateway that an operator pays to send text messages.
import {createServer} from 'node:http';

/** Signs what it gets, as SMS_SECRET has it. */
export const key = Buffer.from('a key of thirty-two octets, here');
export const secret = `whsec_${key.toString('base64')}`;

/** A gateway that answers as it is told and keeps what it got. */
export async function startGateway() {
  const got = [];
  const gateway = {got, status: 202};
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const part of request) body += part;
    got.push({headers: request.headers, url: request.url, body});
    response.writeHead(gateway.status, {Location: '/elsewhere'}).end();
  });
  await new Promise((go) => server.listen(0, '127.0.0.1', go));
  gateway.url = `http://127.0.0.1:${server.address().port}/messages?token=in-the-url`;
  gateway.stop = () => new Promise((go) => server.close(go));
  return gateway;
}

/** The codes that it was to send, as they came. */
export const codesOf = ({got}) => got.map(({body}) => / #(\d{6})$/.exec(JSON.parse(body).text)[1]);
