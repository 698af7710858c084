// The person at the browser is on the other side of stdin and stdout: see script.py.
import { createInterface } from 'node:readline'

const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]()
const say = (value) => process.stdout.write(JSON.stringify(value) + '\n')

export const settings = JSON.parse(process.argv[2])

export async function visit (url) {
  say({ go: url.href })
  return new URL((await lines.next()).value)
}

export function finish (found) {
  say(found)
  process.exit(0)
}
