#include "custody/operations.h"

#include <mutex>
#include <shared_mutex>
#include <utility>

namespace settled::custody {

namespace {

using Steady = std::chrono::steady_clock;

struct Listening {
    std::shared_mutex mutex;
    OperationListener listener;
};

// Never destroyed: threads of tokens may be at work while the process ends.
Listening& listening() {
    static Listening& one = *new Listening;
    return one;
}

std::chrono::microseconds since(Steady::time_point begin) {
    return std::chrono::duration_cast<std::chrono::microseconds>(Steady::now() - begin);
}

class CountedSigner final : public crypto::Signer {
  public:
    CountedSigner(Kind custody, std::shared_ptr<crypto::Signer> signer)
        : custody_(custody), signer_(std::move(signer)) {}

    Result<std::vector<Bytes>> sign(std::span<const std::string_view> messages) override {
        const auto begin = Steady::now();
        auto made = signer_->sign(messages);
        note_operation({custody_, made.has_value(), messages.size(), since(begin)});
        return made;
    }
    void sign_later(std::vector<std::string> messages, Signed done) override {
        const std::size_t count = messages.size();
        signer_->sign_later(std::move(messages),
                            [custody = custody_, count, begin = Steady::now(),
                             done = std::move(done)](Result<std::vector<Bytes>> made) mutable {
                                note_operation({custody, made.has_value(), count, since(begin)});
                                done(std::move(made));
                            });
    }
    std::string public_key_pem() const override { return signer_->public_key_pem(); }
    bool waits() const override { return signer_->waits(); }
    std::optional<Error> trouble() const override { return signer_->trouble(); }
    std::string weakness() const override { return signer_->weakness(); }
    std::string warning() override { return signer_->warning(); }

  private:
    Kind custody_;
    std::shared_ptr<crypto::Signer> signer_;
};

} // namespace

void listen_to_operations(OperationListener listener) {
    const std::unique_lock lock(listening().mutex);
    std::swap(listening().listener, listener);
}

void note_operation(const Operation& operation) {
    const std::shared_lock lock(listening().mutex);
    if (listening().listener)
        listening().listener(operation);
}

std::shared_ptr<crypto::Signer> counted_signer(Kind custody,
                                               std::shared_ptr<crypto::Signer> signer) {
    return std::make_shared<CountedSigner>(custody, std::move(signer));
}

} // namespace settled::custody
