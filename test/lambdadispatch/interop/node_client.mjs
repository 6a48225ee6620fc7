// SPDX-License-Identifier: MIT
// Node's own http, https and http2 clients: downloads and uploads at the same time, with hashes and trailers. Arguments: URL of the
// cleartext port, URL of the TLS port, the SHA-256 that /bytes?n=1000000 must have. Prints a line for each client, or fails.
import http from 'node:http';
import https from 'node:https';
import http2 from 'node:http2';
import { createHash } from 'node:crypto';
import { once } from 'node:events';

const [plain, tls, expected] = process.argv.slice(2);
const upload = Buffer.alloc(500_000, 'node');
const uploadHash = createHash('sha256').update(upload).digest('hex');

async function collect(stream) {
    const parts = [];
    for await (const part of stream) parts.push(part);
    return Buffer.concat(parts);
}

function check(what, actual, wanted) {
    if (actual !== wanted) throw new Error(`${what}: ${actual}, not ${wanted}`);
}

async function overHttp1(module, base, agent) {
    const exchange = async (path, options, body) => {
        const request = module.request(base + path, { agent, rejectUnauthorized: false, ...options });
        request.end(body);
        const [response] = await once(request, 'response');
        return { response, body: await collect(response) };
    };
    const downloads = Array.from({ length: 8 }, () => exchange('/bytes?n=1000000', {}));
    for (const { body } of await Promise.all(downloads)) check('download', createHash('sha256').update(body).digest('hex'), expected);
    const { body } = await exchange('/upload', { method: 'POST', headers: { 'transfer-encoding': 'chunked' } }, upload);
    check('upload', JSON.parse(body).sha256, uploadHash);
    const chunked = await exchange('/bytes?n=1000000&chunked', {});
    check('trailer', Object.keys(chunked.response.trailers).length, 1);
    agent.destroy();
}

async function overHttp2(base) {
    const session = http2.connect(base, { rejectUnauthorized: false });
    const exchange = async (headers, body) => {
        const stream = session.request(headers);
        stream.end(body);
        let trailers = {};
        stream.on('trailers', fields => { trailers = fields; });
        const [head] = await once(stream, 'response');
        return { head, body: await collect(stream), trailers };
    };
    const downloads = Array.from({ length: 20 }, () => exchange({ ':path': '/bytes?n=1000000' }));
    for (const { head, body } of await Promise.all(downloads)) {
        check('status', head[':status'], 200);
        check('download', createHash('sha256').update(body).digest('hex'), expected);
    }
    const { body } = await exchange({ ':path': '/upload', ':method': 'POST' }, upload);
    check('upload', JSON.parse(body).sha256, uploadHash);
    const chunked = await exchange({ ':path': '/bytes?n=1000000&chunked' });
    check('trailer', Object.keys(chunked.trailers).length, 1);
    const cancelled = session.request({ ':path': '/delay?ms=60000' });
    cancelled.on('error', () => {});
    cancelled.close(http2.constants.NGHTTP2_CANCEL);
    await once(cancelled, 'close');
    check('after a reset', (await exchange({ ':path': '/ping' })).body.toString(), 'pong');
    session.close();
    await once(session, 'close');
}

await overHttp1(http, plain, new http.Agent({ keepAlive: true, maxSockets: 4 }));
console.log('http ok');
await overHttp1(https, tls, new https.Agent({ keepAlive: true, maxSockets: 4 }));
console.log('https ok');
await overHttp2(plain);
console.log('http2 ok');
await overHttp2(tls);
console.log('http2 over tls ok');
