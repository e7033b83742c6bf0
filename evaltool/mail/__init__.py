"""Sending mail through the SMTP server of whoever runs the tool."""

from evaltool.mail.letters import BadLetter, Letter
from evaltool.mail.mailer import Mailer, MailFailed, MailSettings, Security
from evaltool.mail.outbox import Due, Outbox, Postman

__all__ = [
    "BadLetter",
    "Due",
    "Letter",
    "MailFailed",
    "MailSettings",
    "Mailer",
    "Outbox",
    "Postman",
    "Security",
]
