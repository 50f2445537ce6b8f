// Receives events of settled: verifies, stores, answers, and processes afterwards; each event once.
//
//   esbuild receiver.ts --platform=node --outfile=receiver.js
//   WEBHOOK_SECRET=whsec_... node receiver.js 8090 inbox.log
import { createHmac, timingSafeEqual } from "node:crypto";
import { existsSync, fsyncSync, openSync, readFileSync, writeSync } from "node:fs";
import { createServer, IncomingHttpHeaders, IncomingMessage, ServerResponse } from "node:http";
import { AddressInfo } from "node:net";

const key = Buffer.from(process.env.WEBHOOK_SECRET!.replace(/^whsec_/, ""), "base64");
const toleranceSeconds = 300;
const bodyBytesMax = 2 * 1024 * 1024;
const [port, path] = [Number(process.argv[2]), process.argv[3]];

// The ids of a former run; a line that a crash cut short was not answered, and comes again.
const lines = existsSync(path) ? readFileSync(path, "utf8").split("\n").slice(0, -1) : [];
const seen = new Set(lines.map((line) => line.split(" ", 1)[0]));
const inbox = openSync(path, "a");

function equal(given: string, expected: string): boolean {
  const a = Buffer.from(given), b = Buffer.from(expected);
  return a.length === b.length && timingSafeEqual(a, b);
}

// Standard Webhooks: HMAC-SHA256 over id.timestamp.body; while a secret is changed there are several signatures.
function isAuthentic(headers: IncomingHttpHeaders, body: Buffer): boolean {
  const id = String(headers["webhook-id"] ?? ""), timestamp = String(headers["webhook-timestamp"] ?? "");
  const isFresh = /^\d+$/.test(timestamp) && Math.abs(Date.now() / 1000 - Number(timestamp)) <= toleranceSeconds;
  const digest = createHmac("sha256", key).update(`${id}.${timestamp}.`).update(body).digest("base64");
  const given = String(headers["webhook-signature"] ?? "").split(" ");
  return isFresh && given.some((signature) => equal(signature, "v1," + digest));
}

// On the disk when it returns; a second time nothing is written.
function store(id: string, body: Buffer): boolean {
  if (seen.has(id)) return false;
  writeSync(inbox, `${id} ${body.toString("utf8").replace(/\n/g, " ")}\n`);
  fsyncSync(inbox);
  seen.add(id);
  return true;
}

// Your work goes here, after the answer.
function work(body: Buffer): void {
  const event = JSON.parse(body.toString("utf8")) as { id: string; type: string };
  console.log("processed", event.id, event.type);
}

async function receive(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of request) {
    size += part.length;
    if (size > bodyBytesMax) {
      response.writeHead(413, { connection: "close" }).end();
      return;
    }
    parts.push(part);
  }
  const body = Buffer.concat(parts);
  if (!isAuthentic(request.headers, body)) {
    response.writeHead(401).end();
    return;
  }
  const isNew = store(String(request.headers["webhook-id"]), body);
  response.writeHead(204).end();
  if (isNew) setImmediate(() => work(body));
}

const server = createServer((request, response) => void receive(request, response).catch(() => request.destroy()));
server.listen(port, "127.0.0.1", () => console.log("listening", (server.address() as AddressInfo).port));
