// What a benchmark needs around the server: keys, an installation that is set up and filled,
// webhooks that are signed beforehand, and a partner that notes when it is notified.

#include "crypto/rsa.h"
#include "net/server/server.h"
#include "server/installation.h"
#include "units/payments/register_payment.h"

#include <atomic>
#include <chrono>
#include <memory>
#include <string>
#include <thread>
#include <vector>

namespace settled::bench {

// The bank's and our keys, as files for the server and as objects for us.
struct BenchKeys {
    std::string directory;
    std::string signing_key_file;
    std::string hmac_secret; // of the connector `hmac`
    std::string hmac_secret_file;
    std::shared_ptr<crypto::Signer> bank;
    std::shared_ptr<crypto::Signer> ours;
    std::string bank_public_pem;
};
BenchKeys make_keys(const std::string& directory);

// CPU of one signature and one verification with the same keys, both cores busy with them as they
// are under load. Nanoseconds.
struct RsaCost {
    double sign_ns = 0;
    double verify_ns = 0;
};
RsaCost measure_rsa(const BenchKeys& keys);

// A partner on loopback over TLS: answers 200 at once and notes when it was first notified of each
// payment, by the number at the end of its id ("p17").
class PartnerSink {
  public:
    PartnerSink(const std::string& directory, std::size_t payments);
    ~PartnerSink();
    PartnerSink(const PartnerSink&) = delete;
    PartnerSink& operator=(const PartnerSink&) = delete;

    std::uint16_t port() const { return server_->port(); }
    const std::string& authority_file() const { return authority_file_; }
    std::size_t told() const { return told_; }
    // Blocks until that many payments were notified, at most `within`. False when the time is over.
    bool wait_for(std::size_t count, std::chrono::seconds within) const;
    // When the partner was first notified of payment `index`; the epoch when it was not.
    std::chrono::steady_clock::time_point told_at(std::size_t index) const;

  private:
    class Answering;
    std::string authority_file_;
    std::vector<std::atomic<std::int64_t>> told_at_; // steady nanoseconds
    std::atomic<std::size_t> told_{0};
    SystemClock clock_;
    SystemRng rng_;
    boost::asio::io_context io_{1};
    std::unique_ptr<Answering> handler_;
    std::unique_ptr<net::Server> server_;
    std::thread thread_;
};

// A PostgreSQL that nodes share, and the master key that they need for it. Empty: SQLite.
struct Shared {
    std::string url;
    std::string master_key;
};

// Writes DATA/settled.toml and returns its path.
std::string write_settings(const std::string& data, const PartnerSink* sink,
                           const Shared& shared = {});

// The same, and sets up what a server needs, through the API as the operator: the connectors
// `clearbank` (signed by RSA) and `hmac`, `accounts` accounts, and, when a sink is given, an
// endpoint.
std::string set_up(const std::string& data, const BenchKeys& keys, std::size_t accounts,
                   const PartnerSink* sink, const Shared& shared = {});

// All that a payment and its settlement have in common follows from its number.
inline constexpr Instant registered_at{1'795'000'000'000'000};
std::string iban_of(std::size_t account);
domain::NewPayment payment_of(std::size_t number, std::size_t accounts);
bool was_created(const Result<units::Registered>& registered);

// Registers payments [from, to) in the opened store, as POST /v1/payments would.
void register_payments(const std::string& data, std::size_t from, std::size_t to,
                       std::size_t accounts);

// Requests with their proof, ready to be written to a socket.
enum class Proof : std::uint8_t { rsa, hmac };
// Webhooks of money that left an account: accepted, stored, with no settlement to match.
std::vector<std::string> inbox_webhooks(const BenchKeys& keys, std::size_t count,
                                        std::size_t accounts, Proof proof = Proof::rsa);
// The settlements of payments [from, to): end-to-end id and reference as registered, or the
// reference alone.
enum class Named : std::uint8_t { by_id, by_reference };
std::vector<std::string> settling_webhooks(const BenchKeys& keys, std::size_t from, std::size_t to,
                                           std::size_t accounts, Proof proof = Proof::rsa,
                                           Named named = Named::by_id);

} // namespace settled::bench
