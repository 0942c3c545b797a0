// smsc.cjs - a short message centre for tests: SMPP 3.4 on the npm package `smpp`, on a port of its own.
// Out, a JSON value a line: {port}, {bound}, {mt: {from, to, text, parts}}, {mo: n, status}.
// In:  {"from", "to", "text", "reverse": true}   a message from a telephone, in parts when it is long
//      {"dead": "number"}, {"alive": "number"}   this telephone cannot be reached; it can again
//      {"quiet": true}                           no receipts until {"quiet": false}
'use strict';
const smpp = require('smpp');
const say = (value) => process.stdout.write(JSON.stringify(value) + '\n');
const dead = new Set();
const parts = new Map(); // of long messages on their way: reference -> texts
let session = null, ids = 0, references = 0, quiet = false;

function receipt(pdu, id) {
  const bad = dead.has(pdu.destination_addr);
  session.deliver_sm({
    source_addr: pdu.destination_addr, destination_addr: pdu.source_addr, esm_class: 4,
    short_message: `id:${id} sub:001 dlvrd:${bad ? '000' : '001'} submit date:2611210000 done date:2611210001 ` +
      `stat:${bad ? 'UNDELIV' : 'DELIVRD'} err:${bad ? '027' : '000'} text:`,
  });
}

function tell(pdu) {
  const header = pdu.short_message.udh ? Buffer.concat([].concat(pdu.short_message.udh)) : null;
  const about = { from: pdu.source_addr, to: pdu.destination_addr };
  if (!header || header.length < 5) {
    say({ mt: { ...about, text: pdu.short_message.message, parts: 1 } });
    return;
  }
  const [reference, total, index] = header.subarray(-3);
  const key = about.to + '/' + reference;
  const got = parts.get(key) || [];
  got[index - 1] = pdu.short_message.message;
  parts.set(key, got);
  if (got.filter((text) => text !== undefined).length < total) return;
  parts.delete(key);
  say({ mt: { ...about, text: got.join(''), parts: total } });
}

function submit(pdu) {
  const id = 'm' + ++ids;
  session.send(pdu.response({ message_id: id }));
  tell(pdu);
  if (pdu.registered_delivery & 1 && !quiet) setImmediate(receipt, pdu, id);
}

const server = smpp.createServer({}, (s) => {
  s.on('bind_transceiver', (pdu) => {
    s.send(pdu.response({ system_id: 'SIM' }));
    session = s;
    say({ bound: pdu.system_id });
  });
  s.on('enquire_link', (pdu) => s.send(pdu.response()));
  s.on('unbind', (pdu) => { s.send(pdu.response()); s.close(); });
  s.on('submit_sm', submit);
  s.on('error', () => {});
});
server.listen(0, '127.0.0.1', () => say({ port: server.address().port }));

function send(message) {
  const wide = /[^\x00-\x7f]/.test(message.text);
  const body = Buffer.from(message.text, wide ? 'utf16le' : 'latin1');
  if (wide) body.swap16();
  const room = body.length <= 140 ? 140 : wide ? 134 : 153;
  const pieces = [];
  for (let at = 0; at === 0 || at < body.length; at += room) pieces.push(body.subarray(at, at + room));
  const order = [...pieces.keys()];
  const reference = ++references & 255;
  for (const i of message.reverse ? order.reverse() : order) {
    const header = Buffer.from([5, 0, 3, reference, pieces.length, i + 1]);
    session.deliver_sm({
      source_addr: message.from, destination_addr: message.to, source_addr_ton: 1, source_addr_npi: 1,
      data_coding: wide ? 8 : 0, esm_class: pieces.length > 1 ? 0x40 : 0,
      short_message: pieces.length > 1 ? Buffer.concat([header, pieces[i]]) : pieces[i],
    }, (pdu) => say({ mo: i, status: pdu.command_status }));
  }
}

require('readline').createInterface({ input: process.stdin }).on('line', (line) => {
  const order = JSON.parse(line);
  if (order.dead) dead.add(order.dead);
  else if (order.alive) dead.delete(order.alive);
  else if ('quiet' in order) quiet = order.quiet;
  else send(order);
}).on('close', () => process.exit(0));
