// Passkeys and security keys (Web Authentication). A form with `data-passkey` says what it is for:
//   login  fetches its options, also offers passkeys in the user name's suggestions (conditional mediation)
//   get    proves a key, with the options that stand in the page
//   create adds a key
'use strict'

const decode = (text) => Uint8Array.from(atob(text.replace(/-/g, '+').replace(/_/g, '/')), (char) => char.charCodeAt(0))
const encode = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, '')

const decodeDescriptors = (list) => (list ?? []).map((item) => ({ ...item, id: decode(item.id) }))

function toRequest ({ publicKey }) {
  return { ...publicKey, challenge: decode(publicKey.challenge), allowCredentials: decodeDescriptors(publicKey.allowCredentials) }
}

function toCreation ({ publicKey }, passwordless) {
  const selection = { ...publicKey.authenticatorSelection, residentKey: passwordless ? 'required' : 'discouraged', requireResidentKey: passwordless }
  if (passwordless) selection.userVerification = 'required'
  return {
    ...publicKey,
    challenge: decode(publicKey.challenge),
    user: { ...publicKey.user, id: decode(publicKey.user.id) },
    excludeCredentials: decodeDescriptors(publicKey.excludeCredentials),
    authenticatorSelection: selection
  }
}

function toJSON (credential) {
  const response = {}
  for (const name of ['clientDataJSON', 'attestationObject', 'authenticatorData', 'signature', 'userHandle']) {
    if (credential.response[name]) response[name] = encode(credential.response[name])
  }
  if (credential.response.getTransports) response.transports = credential.response.getTransports()
  return {
    type: credential.type,
    id: credential.id,
    rawId: encode(credential.rawId),
    authenticatorAttachment: credential.authenticatorAttachment ?? undefined,
    response,
    clientExtensionResults: credential.getClientExtensionResults()
  }
}

function setUp (form) {
  const purpose = form.dataset.passkey
  const field = form.elements.namedItem('credential')
  const button = document.getElementById(form.dataset.button)
  const failure = document.getElementById(form.dataset.failure)
  let waiting = null

  function send (credential) {
    field.value = JSON.stringify(toJSON(credential))
    form.submit()
  }

  async function options (signal) {
    if (purpose !== 'login') return JSON.parse(document.getElementById(form.dataset.options).textContent)
    const answer = await fetch(form.action, { headers: { Accept: 'application/json' }, signal })
    if (!answer.ok) throw new Error(`options: ${answer.status}`)
    return answer.json()
  }

  async function ask (signal, mediation) {
    const data = await options(signal)
    if (purpose === 'create') {
      const passwordless = form.elements.namedItem('passwordless')?.checked ?? false
      return navigator.credentials.create({ publicKey: toCreation(data.creation_options, passwordless), signal })
    }
    return navigator.credentials.get({ publicKey: toRequest(data.request_options), mediation, signal })
  }

  function stop () {
    waiting?.abort()
    waiting = new AbortController()
    return waiting.signal
  }

  button.closest('[hidden]')?.removeAttribute('hidden')
  button.addEventListener('click', async (event) => {
    event.preventDefault()
    if (!form.reportValidity()) return
    failure.hidden = true
    try {
      send(await ask(stop()))
    } catch (error) {
      if (error.name !== 'AbortError') failure.hidden = false
    }
  })

  if (purpose !== 'login') return
  // An answer that arrives after the password was sent would bring an older session cookie with it.
  document.addEventListener('submit', stop, true)
  window.PublicKeyCredential.isConditionalMediationAvailable?.()
    .then((available) => available ? ask(stop(), 'conditional').then(send) : null)
    .catch(() => {}) // an offer only: nobody asked for it, so nobody is told
}

if (window.PublicKeyCredential) document.querySelectorAll('form[data-passkey]').forEach(setUp)
