// Open payments by the ten million: the rows that registering leaves behind, written in the order
// of each table instead of payment by payment.
#pragma once

#include "server/installation.h"
#include "units/payments/register_payment.h"

#include <cstddef>
#include <functional>

namespace settled::bench {

using RegistrationOf =
    std::function<std::shared_ptr<const units::Registration>(std::size_t number)>;

// Payments [0, count), which are given with the IBAN of their payee.
Task<> open_in_bulk(server::Installation& installation, std::size_t count,
                    const RegistrationOf& registration);

} // namespace settled::bench
