// A login service for the tests: node's certified oidc-provider with one client, the desk. Whoever types a name and any
// password is that person. Arguments: where it is installed, and the setup as JSON. It says its port when it listens.
import { createServer } from "node:http";
import { pathToFileURL } from "node:url";

const [folder, given] = process.argv.slice(2);
const { client, groups } = JSON.parse(given);
const { Provider } = await import(pathToFileURL(`${folder}/node_modules/oidc-provider/lib/index.js`));
const server = createServer();

function account(context, id) {
  const claims = { sub: id, email: `${id}@news.example`, email_verified: true, groups: groups[id] ?? [] };
  return { accountId: id, claims: () => claims };
}

server.listen(0, "127.0.0.1", () => {
  const { port } = server.address();
  const provider = new Provider(`http://localhost:${port}`, {
    clients: [{ ...client, grant_types: ["authorization_code"], response_types: ["code"] }],
    claims: { openid: ["sub"], email: ["email", "email_verified"], groups: ["groups"] },
    pkce: { required: () => true },
    cookies: { keys: ["only for tests"] },
    findAccount: account,
  });
  server.on("request", provider.callback());
  console.log(`listens ${port}`);
});
