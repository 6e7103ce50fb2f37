// The key of a command that may be clicked twice or whose answer may be lost: the same content keeps its key, so that the
// server does it once; changed content is another command.
import { newKey } from '@weigui/shared'

export function useOnce(): (content: unknown) => string {
  let sent = { content: '', key: '' }
  return (content) => {
    const text = JSON.stringify(content)
    if (sent.content !== text) sent = { content: text, key: newKey() }
    return sent.key
  }
}
