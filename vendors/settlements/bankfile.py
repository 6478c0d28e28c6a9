"""The day's payouts as a bank takes them: a table, and an ISO 20022 credit transfer (pain.001.001.09). Pure.

Both are made from stored facts alone, so a file that is made again is the same byte for byte.
"""

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from shop.money import Rial

NAMESPACE = "urn:iso:std:iso:20022:tech:xsd:pain.001.001.09"
CURRENCY = "IRR"
COLUMNS = ("row", "sheba", "holder", "amount_rial", "reference", "for")
# A spreadsheet takes a cell that begins so for a formula.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
LONGEST_NAME, LONGEST_NOTE = 140, 140


@dataclass(frozen=True)
class Transfer:
    """One payout; `reference` is its key (32 letters), by which the bank tells it from every other."""

    reference: str
    iban: str
    holder: str
    amount: Rial
    note: str


@dataclass(frozen=True)
class BankOrder:
    """All transfers that one file asks for."""

    reference: str
    made_at: datetime
    day: date
    payer_name: str
    payer_iban: str
    transfers: Sequence[Transfer]

    @property
    def total(self) -> Rial:
        """The control sum: what leaves the payer's account."""
        return sum((transfer.amount for transfer in self.transfers), Rial(0))


def as_csv(order: BankOrder) -> bytes:
    """A row a transfer, after the heads; UTF-8 with the mark that spreadsheets look for."""
    table = io.StringIO()
    writer = csv.writer(table)
    writer.writerow(COLUMNS)
    for number, transfer in enumerate(order.transfers, start=1):
        row = (
            str(number),
            transfer.iban,
            plain(transfer.holder),
            str(int(transfer.amount)),
            transfer.reference,
            plain(transfer.note),
        )
        writer.writerow(_harmless(cell) for cell in row)
    return table.getvalue().encode("utf-8-sig")


def as_pain001(order: BankOrder) -> bytes:
    """The same as a CustomerCreditTransferInitiation: one payment instruction, its sum and count stated twice."""
    document = Element("Document", {"xmlns": NAMESPACE})
    initiation = SubElement(document, "CstmrCdtTrfInitn")
    head = SubElement(initiation, "GrpHdr")
    _add(head, "MsgId", order.reference)
    _add(head, "CreDtTm", order.made_at.isoformat(timespec="seconds"))
    _add_sum(head, order)
    _add(SubElement(head, "InitgPty"), "Nm", plain(order.payer_name))
    payment = SubElement(initiation, "PmtInf")
    _add(payment, "PmtInfId", order.reference)
    _add(payment, "PmtMtd", "TRF")
    _add_sum(payment, order)
    _add(SubElement(payment, "ReqdExctnDt"), "Dt", order.day.isoformat())
    _add(SubElement(payment, "Dbtr"), "Nm", plain(order.payer_name))
    account = SubElement(payment, "DbtrAcct")
    _add(SubElement(account, "Id"), "IBAN", order.payer_iban)
    _add(account, "Ccy", CURRENCY)
    # Which bank it is stands in the IBAN.
    agent = SubElement(SubElement(payment, "DbtrAgt"), "FinInstnId")
    _add(SubElement(agent, "Othr"), "Id", "NOTPROVIDED")
    for transfer in order.transfers:
        payment.append(_transfer(transfer))
    indent(document)
    text: bytes = tostring(document, encoding="utf-8", xml_declaration=True)
    return text + b"\n"


def plain(text: str) -> str:
    """One line of letters: what neither XML nor a bank's table carries becomes a space."""
    return " ".join("".join(_printable(text)).split())[:LONGEST_NAME]


def _printable(text: str) -> Iterator[str]:
    for letter in text:
        yield letter if letter.isprintable() else " "


def _harmless(cell: str) -> str:
    return f"'{cell}" if cell.startswith(FORMULA_STARTS) else cell


def _transfer(transfer: Transfer) -> Element:
    element = Element("CdtTrfTxInf")
    names = SubElement(element, "PmtId")
    _add(names, "InstrId", transfer.reference)
    _add(names, "EndToEndId", transfer.reference)
    amount = SubElement(SubElement(element, "Amt"), "InstdAmt", {"Ccy": CURRENCY})
    amount.text = str(int(transfer.amount))
    _add(SubElement(element, "Cdtr"), "Nm", plain(transfer.holder))
    _add(SubElement(SubElement(element, "CdtrAcct"), "Id"), "IBAN", transfer.iban)
    _add(SubElement(element, "RmtInf"), "Ustrd", plain(transfer.note)[:LONGEST_NOTE])
    return element


def _add_sum(parent: Element, order: BankOrder) -> None:
    _add(parent, "NbOfTxs", str(len(order.transfers)))
    _add(parent, "CtrlSum", str(int(order.total)))


def _add(parent: Element, name: str, text: str) -> None:
    SubElement(parent, name).text = text
