"""One account's books: what its bank reports by webhooks, and the statements that it writes."""

import decimal
import itertools
import json

from support.bank import settled_payload
from support.places import FIXTURES
from support.processes import run_settled

_numbers = itertools.count(1)
DAY = "2026-11-18"  # a Wednesday, long enough ago
NEXT_DAY = "2026-11-19"
HOLDS, GAPS = 0, 3


class Books:
    """One account of ours: what its bank reports by webhooks, and what it writes into statements."""

    def __init__(self, world, directory):
        self.world, self.directory = world, directory
        self.iban = world.account()

    def settle(self, amount, day=DAY, **members):
        payload = settled_payload(self.iban, amount, **{"TimestampSettled": f"{day}T10:00:00.000Z", **members})
        self.world.bank.acknowledged("TransactionSettled", payload)
        return payload

    def file(self, name, text):
        path = self.directory / f"{next(_numbers)}-{name}"
        path.write_text(text)
        return path

    def field_file(self, name, account="DE02120300000000202051"):
        """A file as it came from the field, with this account in the place of its own."""
        path = self.directory / f"{next(_numbers)}-{name}"
        path.write_bytes((FIXTURES / "field" / name).read_bytes().replace(account.encode(), self.iban.encode()))
        return path

    def run(self, *files, options=(), expect=HOLDS):
        """The reconciliations of the statements in the files, as the API shows them."""
        status, output, error = run_settled("import", *map(str, files), "--json", "--data", self.world.data,
                                            "--config", self.world.config, *options)
        assert status == expect, (status, output, error)
        return [json.loads(line) for line in output.splitlines()] if status in (HOLDS, GAPS) else error

    def begin(self, file, wrapper):
        """Whatever becomes of it."""
        run_settled("import", file, "--data", self.world.data, "--config", self.world.config, wrapper=wrapper)

    def entries(self, statement, verdict):
        return self.world.api.all(f"/v1/statements/{statement['id']}/entries?verdict={verdict}")

    def missing(self, statement):
        return self.world.api.all(f"/v1/statements/{statement['id']}/missing")

    # Statements

    def camt(self, entries, *, version="08", opening="100.00", closing=None, day=DAY, sequence=1, kind="053"):
        """Entries are (payload, extra): what the bank booked of a webhook's payload, with members replaced."""
        total = sum((decimal.Decimal(e["amount"]) for e in entries), decimal.Decimal(opening))
        closing = closing or str(total)
        root, inner = (("BkToCstmrStmt", "Stmt") if kind == "053" else ("BkToCstmrDbtCdtNtfctn", "Ntfctn"))
        balance = "".join(
            f"<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp><Amt Ccy='GBP'>{amount}</Amt>"
            f"<CdtDbtInd>CRDT</CdtDbtInd><Dt><Dt>{day}</Dt></Dt></Bal>"
            for code, amount in (("OPBD", opening), ("CLBD", closing))) if kind == "053" else ""
        return (f"<?xml version='1.0'?><Document xmlns='urn:iso:std:iso:20022:tech:xsd:camt.{kind}.001.{version}'>"
                f"<{root}><{inner}><Id>ST-{next(_numbers)}</Id><ElctrncSeqNb>{sequence}</ElctrncSeqNb>"
                f"<FrToDt><FrDtTm>{day}T00:00:00</FrDtTm><ToDtTm>{day}T23:59:59</ToDtTm></FrToDt>"
                f"<Acct><Id><IBAN>{self.iban}</IBAN></Id><Ccy>GBP</Ccy></Acct>{balance}"
                f"{''.join(camt_entry(e, version, day) for e in entries)}</{inner}></{root}></Document>")


def entry(payload, amount=None, **more):
    """What a bank books of a payload of ours."""
    return {"amount": amount or payload["Amount"].strip("@"), "e2e": payload["EndToEndTransactionId"],
            "id": payload["TransactionId"], "text": payload["Reference"], **more}


def camt_entry(e, version, day):
    status = "BOOK" if int(version) < 7 else "<Cd>BOOK</Cd>"
    amount = decimal.Decimal(e["amount"])
    return (f"<Ntry><Amt Ccy='GBP'>{abs(amount)}</Amt><CdtDbtInd>{'CRDT' if amount > 0 else 'DBIT'}</CdtDbtInd>"
            f"<Sts>{status}</Sts><BookgDt><Dt>{day}</Dt></BookgDt><AcctSvcrRef>{e.get('id', '')}</AcctSvcrRef>"
            f"<NtryDtls><TxDtls><Refs><EndToEndId>{e.get('e2e') or 'NOTPROVIDED'}</EndToEndId></Refs>"
            f"<RmtInf><Ustrd>{e.get('text', '')}</Ustrd></RmtInf></TxDtls></NtryDtls></Ntry>")
