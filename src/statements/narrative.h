// What banks write into :86: after an entry. Three ways are in use; the beginning shows which:
//
//   structured  166?00GUTSCHRIFT?20EREF+E2E-1?21SVWZ+Invoice 7?31DE02…?32A PAYER
//               a code of three digits, then sub-fields of two digits behind a separator; ?20 to
//               ?29 and ?60 to ?63 are the text, with its key words EREF+, KREF+, SVWZ+ and others
//               (source: DFÜ-Abkommen, annex 3, chapter 8)
//   code words  /EREF/E2E-1/CNTP/NL02…/BIC/A PAYER//REMI/USTD//Invoice 7/  or /ROC/…
//   plain       anything else is remittance
#pragma once

#include "statements/statement.h"

#include <span>
#include <string>

namespace settled::statements {

// Fills what the lines say into the entry; what they do not say stays.
void read_narrative(std::span<const std::string> lines, Entry& entry);

} // namespace settled::statements
