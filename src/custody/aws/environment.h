// The AWS_… variables, as the AWS tools use them. Read once, at start; those that hold a secret are
// erased from the environment, as all secret variables are (custody/env/kept_variables.h).
#pragma once

#include "base/secret.h"

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace settled::custody::aws {

class Environment {
  public:
    // What is not a secret; secrets are those that were kept at start.
    static Environment of_this_process();
    // For tests.
    static Environment of(std::map<std::string, std::string, std::less<>> variables);

    // Empty: it is not set.
    std::string text(std::string_view name) const;
    Secret secret(std::string_view name) const;

  private:
    std::map<std::string, std::string, std::less<>> plain_;
    std::map<std::string, Secret, std::less<>> secret_;
};

// Those to be kept and erased at start.
std::vector<std::string> secret_variables();

} // namespace settled::custody::aws
