// Signs the answers of one io thread, several at a time.
//
// A request that is verified and handed to the store asks the BatchSigner for its signature. The
// BatchSigner signs when the thread has read what had already arrived: so the rows of all these
// requests wait at the store together and share one commit, which runs concurrently with the
// signing. Signing each answer where it is made up would send the rows to the store one by one, a
// signature's time apart.
//
// A key in another device, such as an HSM, signs there, each message by itself: several at once, and
// no io thread waits for it.
//
// One desk an io_context, made on first use, used on that context's thread only.
#pragma once

#include "base/task.h"
#include "crypto/rsa.h"

#include <boost/asio/execution_context.hpp>

#include <deque>
#include <functional>
#include <memory>
#include <string>

namespace settled::intake {

class BatchSigner final : public boost::asio::execution_context::service {
  public:
    using key_type = BatchSigner;
    static boost::asio::execution_context::id id;

    explicit BatchSigner(boost::asio::execution_context& context) : service(context) {}
    static BatchSigner& of(const Executor& executor);

    // Fails with crypto_failed, or key_unavailable while a device does not sign.
    Task<Result<Bytes>> sign(std::shared_ptr<crypto::Signer> signer, std::string message);

  private:
    struct Order {
        std::shared_ptr<crypto::Signer> signer;
        std::string message;
        Result<Bytes> signature;
        std::move_only_function<void()> waiter;
    };
    struct Park;
    struct Elsewhere;

    void shutdown() override { waiting_.clear(); }
    void schedule(const Executor& executor);
    void sign_waiting(const Executor& executor);

    std::deque<std::shared_ptr<Order>> waiting_;
    bool scheduled_ = false;
};

} // namespace settled::intake
