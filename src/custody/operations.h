// What places of keys are asked for, counted by one listener of the process: signatures, and secrets that
// are read.
//
// Any thread. The listener is called on the thread of the operation and may not wait.
#pragma once

#include "base/error.h"
#include "crypto/rsa.h"
#include "custody/scheme.h"

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>

namespace settled::custody {

struct Operation {
    Kind custody = Kind::file;
    bool is_done = false;  // false: it failed
    std::size_t count = 1; // signatures that were made together
    std::chrono::microseconds took{0};
};
using OperationListener = std::function<void(const Operation&)>;

// One for the process; an empty one listens to nothing. When it returns, the one before is not called any more.
void listen_to_operations(OperationListener listener);
void note_operation(const Operation& operation);

template <class Work>
auto counted(Kind custody, Work work) {
    const auto begin = std::chrono::steady_clock::now();
    auto outcome = work();
    note_operation({custody, outcome.has_value(), 1,
                    std::chrono::duration_cast<std::chrono::microseconds>(
                        std::chrono::steady_clock::now() - begin)});
    return outcome;
}

// The same signer, whose signatures are counted.
std::shared_ptr<crypto::Signer> counted_signer(Kind custody,
                                               std::shared_ptr<crypto::Signer> signer);

} // namespace settled::custody
