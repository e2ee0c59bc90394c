#include "pki/verify.h"

#include <openssl/x509_vfy.h>

#include <set>

#include "pki/openssl.h"

namespace mtls::pki {
namespace {

using OwnedStore = Owned<X509_STORE, X509_STORE_free>;
using OwnedContext = Owned<X509_STORE_CTX, X509_STORE_CTX_free>;

void free_stack(STACK_OF(X509) * stack) { sk_X509_free(stack); }  // not what it holds
using BorrowedStack = Owned<STACK_OF(X509), free_stack>;

// nginx's ngx_ssl_verify_callback: every problem is noted and none stops the search (R3.20).
int go_on(int /*ok*/, X509_STORE_CTX* /*context*/) { return 1; }

BorrowedStack stack_of(std::span<const Certificate> chain) {
  BorrowedStack stack(sk_X509_new_null());
  for (const Certificate& certificate : chain) {
    sk_X509_push(stack.get(), certificate.handle().x509.get());
  }
  return stack;
}

// The order of libssl's ssl_verify_cert_chain(): the purpose's defaults first, since they would
// overwrite the depth.
void apply(const VerifyPolicy& policy, base::sys_seconds at, X509_STORE_CTX* context) {
  X509_VERIFY_PARAM* param = X509_STORE_CTX_get0_param(context);
  X509_VERIFY_PARAM_set_auth_level(param, policy.security_level);
  X509_STORE_CTX_set_default(context,
                             policy.purpose == Purpose::kClient ? "ssl_client" : "ssl_server");
  X509_VERIFY_PARAM_set_depth(param, policy.depth);
  X509_VERIFY_PARAM_set_time(param, at.time_since_epoch().count());
  X509_STORE_CTX_set_verify_cb(context, go_on);
}

ChainVerdict verdict_of(int code) {
  return {.code = code, .reason = X509_verify_cert_error_string(code)};
}

}  // namespace

struct TrustStore::Store {
  OwnedStore store;
};

TrustStore::TrustStore(std::vector<Certificate> certificates,
                       std::vector<RevocationList> revocation_lists, bool check_crls)
    : certificates_(std::move(certificates)),
      revocation_lists_(std::move(revocation_lists)),
      check_crls_(check_crls) {
  start_openssl();
  store_ = std::make_unique<Store>(Store{.store = OwnedStore(X509_STORE_new())});
  X509_STORE* store = store_->store.get();
  for (const Certificate& certificate : certificates_) {
    X509_STORE_add_cert(store, certificate.handle().x509.get());
  }
  for (const RevocationList& list : revocation_lists_) {
    X509_STORE_add_crl(store, list.handle().crl.get());
  }
  if (check_crls_) X509_STORE_set_flags(store, X509_V_FLAG_CRL_CHECK | X509_V_FLAG_CRL_CHECK_ALL);
}

TrustStore::~TrustStore() = default;
TrustStore::TrustStore(TrustStore&&) noexcept = default;
TrustStore& TrustStore::operator=(TrustStore&&) noexcept = default;

ChainVerdict TrustStore::verify(std::span<const Certificate> chain, const VerifyPolicy& policy,
                                base::sys_seconds at) const {
  const OwnedContext context(X509_STORE_CTX_new());
  const BorrowedStack sent = stack_of(chain);
  X509* leaf = chain.front().handle().x509.get();
  if (X509_STORE_CTX_init(context.get(), store_->store.get(), leaf, sent.get()) != 1) {
    ERR_clear_error();
    return verdict_of(X509_V_ERR_OUT_OF_MEM);
  }
  apply(policy, at, context.get());
  X509_verify_cert(context.get());
  ERR_clear_error();
  return verdict_of(X509_STORE_CTX_get_error(context.get()));
}

std::vector<base::sys_seconds> instants_of_change(std::span<const Certificate> certificates,
                                                  std::span<const RevocationList> revocation_lists,
                                                  base::sys_seconds after) {
  std::set<base::sys_seconds> instants;
  const auto add = [&](const std::optional<base::sys_seconds>& at) {
    if (at && *at > after) instants.insert(*at);
  };
  for (const Certificate& certificate : certificates) {
    add(certificate.facts().validity.not_before);
    add(certificate.facts().validity.not_after);
  }
  for (const RevocationList& list : revocation_lists) {
    add(list.facts().this_update);
    add(list.facts().next_update);
  }
  return {instants.begin(), instants.end()};
}

}  // namespace mtls::pki
