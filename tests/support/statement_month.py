"""A month of a bank: what it books on several accounts, and how it writes that in pages, a message each."""

import decimal


class Month:
    """Of credits alone, each with a reference of its own."""

    def __init__(self, rng, ibans, days, entries, per_page):
        self.rng, self.ibans, self.per_page = rng, ibans, per_page
        self.days = [f"2026-10-{day:02}" for day in range(1, days + 1)]
        self.booked = {}
        for iban in ibans:
            for day in self.days:
                self.booked[iban, day] = [(f"{rng.randrange(1, 20000) / 100:.2f}", f"M{rng.getrandbits(48):013}")
                                          for _ in range(entries)]

    def total(self, iban, day=None):
        return sum(decimal.Decimal(amount) for (i, d), rows in self.booked.items() if i == iban and day in (None, d)
                   for amount, _ in rows)

    def files(self, iban, form):
        balance = decimal.Decimal("1000.00")
        for number, day in enumerate(self.days, 1):
            rows = self.booked[iban, day]
            pages = [rows[i:i + self.per_page] for i in range(0, len(rows), self.per_page)]
            for page, some in enumerate(pages, 1):
                opening, balance = balance, balance + sum(decimal.Decimal(amount) for amount, _ in some)
                write = self.mt940 if form == "mt940" else self.camt
                yield write(iban, day, number, page, page == len(pages), some, opening, balance)

    def mt940(self, iban, day, number, page, is_last, rows, opening, closing):
        date = day[2:].replace("-", "")
        entries = "".join(f":61:{date}{date[2:]}C{amount.replace('.', ',')}NTRFNONREF\n:86:{ref}\n" for amount, ref in rows)
        return "a.sta", (f":20:X\n:25:{iban}\n:28C:{number:05}/{page:03}\n"
                         f":60{'F' if page == 1 else 'M'}:C{date}GBP{str(opening).replace('.', ',')}\n{entries}"
                         f":62{'F' if is_last else 'M'}:C{date}GBP{str(closing).replace('.', ',')}\n-\n")

    def camt(self, iban, day, number, page, is_last, rows, _opening, _closing):
        """With the balances of the day on every page."""
        total = self.total(iban, day)
        begin = decimal.Decimal("1000.00") + sum(self.total(iban, d) for d in self.days[:number - 1])
        balances = "".join(
            f"<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp><Amt Ccy='GBP'>{amount}</Amt>"
            f"<CdtDbtInd>CRDT</CdtDbtInd><Dt><Dt>{day}</Dt></Dt></Bal>"
            for code, amount in (("OPBD", begin), ("CLBD", begin + total)))
        entries = "".join(
            f"<Ntry><Amt Ccy='GBP'>{amount}</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts>"
            f"<BookgDt><Dt>{day}</Dt></BookgDt><AddtlNtryInf>{ref}</AddtlNtryInf></Ntry>" for amount, ref in rows)
        return "a.xml", (
            "<Document xmlns='urn:iso:std:iso:20022:tech:xsd:camt.053.001.11'><BkToCstmrStmt><GrpHdr>"
            f"<MsgId>M-{iban}-{number}</MsgId><CreDtTm>{day}T23:00:00Z</CreDtTm><MsgPgntn><PgNb>{page}</PgNb>"
            f"<LastPgInd>{str(is_last).lower()}</LastPgInd></MsgPgntn></GrpHdr><Stmt><Id>S-{iban}-{number}</Id>"
            f"<ElctrncSeqNb>{number}</ElctrncSeqNb><Acct><Id><IBAN>{iban}</IBAN></Id><Ccy>GBP</Ccy></Acct>"
            f"{balances}{entries}</Stmt></BkToCstmrStmt></Document>")
