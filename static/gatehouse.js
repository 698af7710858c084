// Small conveniences. Every page works without them; what needs a script stays hidden until this one has run.
'use strict'

const copyTo = (button) => async () => {
  const source = document.getElementById(button.dataset.copy)
  await navigator.clipboard.writeText((source.value ?? source.textContent).trim())
  const label = button.querySelector('[data-label]') ?? button
  const before = label.textContent
  label.textContent = button.dataset.done
  setTimeout(() => { label.textContent = before }, 2000)
}

if (navigator.clipboard) {
  for (const button of document.querySelectorAll('button[data-copy]')) {
    button.hidden = false
    button.addEventListener('click', copyTo(button))
  }
}

// A double click must not send a form twice.
let sent = null
document.addEventListener('submit', (event) => {
  if (sent === event.target) event.preventDefault()
  sent = event.target
  setTimeout(() => { sent = null }, 1000)
})
