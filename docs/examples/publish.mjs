// Publishes a call and a heartbeat each second. usage: node publish.mjs [URL]
import { setTimeout as sleep } from 'node:timers/promises'
import { encode } from '@msgpack/msgpack'
import { Publisher } from 'zeromq'

const out = new Publisher({ sendHighWaterMark: 100000 }) // the default of 1000 loses a burst without a word
await out.bind(process.argv[2] ?? 'tcp://127.0.0.1:5570')
const boot = Date.now() // ms since the epoch; seq starts over with every boot
let seq = 1

async function publish(...events) {
  const batch = { v: 1, src: 'example-js', boot, seq, sent: Date.now(), events }
  await out.send(['default//', encode(batch)]) // topic: <site>/<queue>/, the queue may be empty
  seq += events.length
}

for (let n = 1; ; n++) {
  const contact = `js-${n}`
  await publish(
    { type: 'contact.queued', ts: Date.now(), contact, queue: 'Billing', channel: 'phone' },
    { type: 'contact.answered', ts: Date.now(), contact, agent: 'ann', wait_ms: 7000 },
  )
  await publish() // no event: a heartbeat, which shows that nothing was lost at the end
  await sleep(1000)
}
