// Fetches a file the bank makes. Asked by fetch first, so that a refusal arrives as a problem and not as a broken page.
import { ApiProblem, BROKEN, OFFLINE, problemOf } from '@weigui/shared'

export async function download(url: string, name: string): Promise<void> {
  if (navigator.onLine === false) throw ApiProblem.noAnswer(OFFLINE)
  let response: Response
  try {
    response = await fetch(url, { credentials: 'same-origin' })
  } catch {
    throw ApiProblem.noAnswer(BROKEN)
  }
  if (!response.ok) throw problemOf(response, await response.json().catch(() => null))
  // WeChat on phones opens files by itself from their address and ignores files made in the page.
  if (/MicroMessenger/i.test(navigator.userAgent) && /Android|iPhone|iPad/i.test(navigator.userAgent)) {
    await response.body?.cancel()
    location.assign(url)
    return
  }
  save(await response.blob(), name)
}

function save(blob: Blob, name: string): void {
  const url = URL.createObjectURL(blob)
  const link = document.createElement('a')
  link.href = url
  link.download = name
  document.body.append(link)
  link.click()
  link.remove()
  setTimeout(() => URL.revokeObjectURL(url), 60_000)
}
