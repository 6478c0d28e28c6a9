"""What may stand in a log: facts and ids, never what a job was told."""

import logging
import re

# procrastinate writes a job as `package.task[12](phone='…', text='…')`.
ARGUMENTS = re.compile(r"(\w\[\d*\]\().*(\))", re.DOTALL)


class WithoutArguments(logging.Filter):
    """Takes the arguments out of procrastinate's lines: a login code and the phone it goes to may be among them."""

    def filter(self, record: logging.LogRecord) -> bool:
        if record.name.startswith("procrastinate"):
            record.msg, record.args = ARGUMENTS.sub(r"\1…\2", record.getMessage()), ()
        return True
