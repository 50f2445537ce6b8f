#include "base/secret.h"

#include <string.h>

namespace settled {

void Secret::wipe() {
    // Small strings live inside the object; capacity() covers both that buffer and a heap one.
    value_.resize(value_.capacity());
    ::explicit_bzero(value_.data(), value_.size());
    value_.clear();
}

} // namespace settled
