// Whether two names in the records may be one person.
//
// A name is an API key ("key_…"), an operator of the console ("opr_…"), a Unix user ("os:jo") or the
// operator over the control socket ("operator", "operator:anna"). A key may be in the hands of who made
// it, and of who rotated it: all of them are kept with the key (`api_key.made_by`), those behind the
// maker's own key included. The operator over the control socket hands keys out to other people, and is
// not counted as their owner.
#pragma once

#include "base/id.h"
#include "store/session.h"
#include "store/step.h"

#include <string>
#include <string_view>
#include <vector>

namespace settled::units {

// The name itself and, of a key, the persons who may have it in hand. Empty: the operator over the
// control socket.
store::Step<std::vector<std::string>> persons_behind(store::Session& s, TenantId tenant,
                                                     std::string name);

// As `api_key.made_by` keeps them.
std::string joined(const std::vector<std::string>& persons);

// The same name, or a person stands behind both.
store::Step<bool> may_be_one_person(store::Session& s, TenantId tenant, std::string left,
                                    std::string right);

} // namespace settled::units
