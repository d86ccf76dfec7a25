// The journey in TypeScript, through a client whose types are generated from our OpenAPI document. It
// compiles only while the document says what the server does.
import createClient from 'openapi-fetch';
import type {paths} from './schema.js';

type Credentials = {email: string; password: string};

function need<T>(value: T | undefined, what: string): T {
  if (value === undefined) throw new Error(`no ${what}`);
  return value;
}

export async function journey(baseUrl: string, email: string, admin: Credentials, readCode: () => Promise<string>) {
  const client = createClient<paths>({baseUrl});
  const password = 'generated clients 77';

  const signedUp = need((await client.POST('/api/auth/signup', {body: {email, password, first_name: 'G'}})).data, 'sign-up');
  const verified = need((await client.POST('/api/auth/verify', {body: {email, code: await readCode()}})).data, 'verification');
  const tokens = need((await client.POST('/api/auth/login', {body: {email, password}})).data, 'login');
  const headers = {Authorization: `Bearer ${tokens.access_token}`};
  const me = need((await client.PATCH('/api/me', {headers, body: {first_name: 'Generated'}})).data, 'profile');

  const wrong = await client.POST('/api/auth/login', {body: {email, password: 'not this one 1'}});
  const adminTokens = need((await client.POST('/api/auth/login', {body: admin})).data, 'administrator login');
  const asAdmin = {Authorization: `Bearer ${adminTokens.access_token}`};
  const list = need((await client.GET('/api/users', {headers: asAdmin, params: {query: {search: email}}})).data, 'list');
  const params = {path: {id: me.id}};
  const found = need((await client.GET('/api/users/{id}', {headers: asAdmin, params})).data, 'user');
  await client.DELETE('/api/users/{id}', {headers: asAdmin, params});
  const gone = await client.GET('/api/users/{id}', {headers: asAdmin, params});

  return {
    message: signedUp.message,
    detail: verified.detail,
    renamed: me.first_name,
    wrong: wrong.error?.code,
    found: list.count === 1 ? found.email : 'not found',
    gone: gone.response.status,
  };
}
