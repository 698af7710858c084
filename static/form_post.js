// Sends the form of the page at once (OAuth 2.0 Form Post Response Mode); without JavaScript its button does the same.
'use strict'

const form = document.getElementById('form-post')
if (form) HTMLFormElement.prototype.submit.call(form)
