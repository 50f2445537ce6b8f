"""`settled bench match` on two files, as a user runs it who has never seen it."""

import json
import random

from support.processes import run_settled

HEADER = "id,date,amount,currency,reference\n"


def write(path, text):
    path.write_bytes(text.encode())
    return path


def files(tmp_path, payments=400, seed=7):
    """Payments with names and numbers; what arrives is cut, marked and sometimes charged a fee."""
    rng = random.Random(seed)
    origins, destinations, truth = [], [], []
    for n in range(payments):
        name = "".join(rng.choice("bcdfgklmnprst") + rng.choice("aeiou") for _ in range(4)).upper()
        memo = f"{rng.choice('ABCDEFGH')} {name} {rng.choice(['payment', 'rent', 'gift'])}"
        day, late = rng.randrange(1, 25), rng.randrange(0, 4)
        pence = rng.randrange(500, 90_000)
        arrived = pence - rng.choice([0, 0, 0, pence // 50])
        origins.append(f"o{n},2024-03-{day:02},{pence // 100}.{pence % 100:02},GBP,{memo}\n")
        destinations.append(f'd{n},2024-03-{day + late:02}T00:00:00Z,{arrived // 100}.{arrived % 100:02},GBP,'
                            f'"{memo[:15]}{rng.choice(["", " BGC"])}"\r\n')
        truth.append(f"o{n},d{n}\n")
    rng.shuffle(origins)
    rng.shuffle(destinations)
    return (write(tmp_path / "sent.csv", HEADER + "".join(origins)),
            write(tmp_path / "arrived.csv", "\ufeff" + HEADER + "".join(destinations)),
            write(tmp_path / "truth.csv", "origin,destination\n" + "".join(truth)))


def bench(*arguments):
    return run_settled("bench", "match", *arguments)


def test_nearly_all_are_matched_and_none_wrongly(tmp_path):
    sent, arrived, truth = files(tmp_path)
    status, output, errors = bench("--origin", sent, "--destination", arrived, "--truth", truth, "--json")
    assert status == 0 and errors == ""
    result = json.loads(output)
    assert result["learnt"] and result["pairs_possible"] == 400
    assert result["wrong"] == 0 and result["matched_share"] > 0.9
    assert result["matched"] + result["ambiguous"] + result["unmatched"] == 400
    assert sum(result["per_rank"].values()) == result["matched"]
    assert result["settlements_per_s"] > 0


def test_without_the_truth_the_share_counts_what_arrived_and_people_can_read_it(tmp_path):
    sent, arrived, _ = files(tmp_path)
    status, output, _ = bench("--origin", sent, "--destination", arrived, "--window", "5d", "--amount-band", "2.5%",
                              "--text")
    assert status == 0
    assert "matched_share (of destinations)" in output and "wrong" not in output.replace("expected_wrong", "")


def test_a_problem_of_a_file_is_reported_with_its_line_and_a_code(tmp_path):
    good = write(tmp_path / "good.csv", HEADER + "a,2024-03-01,1.00,GBP,x\n")
    cases = [
        (HEADER + "a,2024-03-01,1.00,GBP,x\na,2024-03-01,1.00,GBP,x\n", "id_repeated", "line 3"),
        (HEADER + "a,2024-03-01,1.005,GBP,x\n", "amount_invalid", "line 2"),
        (HEADER + "a,01/03/2024,1.00,GBP,x\n", "timestamp_invalid", "line 2"),
        (HEADER + "a,2024-03-01,1.00,XYZ,x\n", "currency_unknown", "line 2"),
        (HEADER + 'a,2024-03-01,1.00,GBP,"x\n', "csv_malformed", "line 2"),
        ("id,date,amount\n", "column_missing", "reference"),
    ]
    for text, code, place in cases:
        bad = write(tmp_path / "bad.csv", text)
        status, output, errors = bench("--origin", good, "--destination", bad)
        assert status == 1 and output == "", text
        assert code in errors and place in errors and "bad.csv" in errors, errors


def test_options_that_make_no_sense_are_refused(tmp_path):
    good = write(tmp_path / "good.csv", HEADER + "a,2024-03-01,1.00,GBP,x\n")
    for option in (("--window", "21"), ("--window", "-1d"), ("--amount-band", "6"), ("--amount-band", "60%"),
                   ("--amount-band", "%")):
        status, _, errors = bench("--origin", good, "--destination", good, *option)
        assert status == 2 and option[0] in errors, option
    assert bench("--origin", good, "--destination", tmp_path / "none.csv")[0] == 1
