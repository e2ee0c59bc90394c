#include "pki/verify.h"

#include <openssl/ssl.h>
#include <openssl/x509_vfy.h>

#include <algorithm>
#include <iterator>
#include <set>
#include <string_view>
#include <unordered_map>

#include "pki/openssl.h"
#include "pki/revocation_check.h"

namespace mtls::pki {
namespace {

using OwnedStore = Owned<X509_STORE, X509_STORE_free>;
using OwnedContext = Owned<X509_STORE_CTX, X509_STORE_CTX_free>;

// Frees the stack, not the certificates.
void free_stack(STACK_OF(X509) * stack) { sk_X509_free(stack); }
using BorrowedStack = Owned<STACK_OF(X509), free_stack>;

BorrowedStack stack_of(std::span<const Certificate> chain) {
  BorrowedStack stack(made(sk_X509_new_null()));
  int bytes = 0;
  for (const Certificate& certificate : chain) {
    // A server reads no longer list from a client: SSL_CTX_set_max_cert_list(3).
    if (bytes > SSL_MAX_CERT_LIST_DEFAULT) break;
    bytes += i2d_X509(certificate.handle().x509(), nullptr);
    must(sk_X509_push(stack.get(), certificate.handle().whole()) > 0);
  }
  return stack;
}

// The certificates of the store are parsed without their keys, so this tells OpenSSL the keys when
// it searches for an issuer.
int check_issued(X509_STORE_CTX* /*context*/, X509* subject, X509* issuer) {
  const CertificateHandle* handle = CertificateHandle::of(issuer);
  const EVP_PKEY* key = handle != nullptr ? handle->key() : X509_get0_pubkey(issuer);
  return is_likely_issuer(issuer, key, subject) ? 1 : 0;
}

// Leaves the choice to OpenSSL, then swaps in the certificate with its key, since OpenSSL judges a
// chain by its keys.
int get_issuer(X509** issuer, X509_STORE_CTX* context, X509* subject) {
  const int found = X509_STORE_CTX_get1_issuer(issuer, context, subject);
  if (found != 1) return found;
  const CertificateHandle* handle = CertificateHandle::of(*issuer);
  if (handle == nullptr) return found;
  X509_free(*issuer);
  *issuer = handle->whole();
  X509_up_ref(*issuer);
  return found;
}

// In the order of libssl's ssl_verify_cert_chain(): the defaults of the purpose come first, since
// they would overwrite the depth.
void apply(const VerifyPolicy& policy, base::sys_seconds at, X509_STORE_CTX* context) {
  X509_VERIFY_PARAM* param = X509_STORE_CTX_get0_param(context);
  X509_VERIFY_PARAM_set_auth_level(param, policy.security_level);
  X509_STORE_CTX_set_default(context,
                             policy.purpose == Purpose::kClient ? "ssl_client" : "ssl_server");
  X509_VERIFY_PARAM_set_depth(param, policy.depth);
  X509_VERIFY_PARAM_set_time(param, at.time_since_epoch().count());
}

// X509_STORE_add_cert() and X509_STORE_add_crl() sort the whole store again for each object, which
// takes minutes with 20,000. This function pushes what they push and skips the duplicates that they
// skip; the first lookup then sorts once, stably, into the same order.
template <class T, class Set, class Get>
void fill(const std::vector<T>& all, Set set, Get get, X509_STORE* store) {
  std::set<Fingerprint> seen;
  for (const T& one : all) {
    if (!seen.insert(one.facts().fingerprint).second) continue;
    Owned<X509_OBJECT, X509_OBJECT_free> object(made(X509_OBJECT_new()));
    must(set(object.get(), get(one)) == 1);
    must(sk_X509_OBJECT_push(X509_STORE_get0_objects(store), object.get()) > 0);
    [[maybe_unused]] const X509_OBJECT* const of_the_store = object.release();
  }
}

std::optional<base::sys_seconds> end_of(STACK_OF(X509) * chain) {
  std::optional<base::sys_seconds> end;
  for (int i = 0; i < sk_X509_num(chain); ++i) {
    const auto not_after = time_of(X509_get0_notAfter(sk_X509_value(chain, i)));
    if (not_after && (!end || *not_after < *end)) end = not_after;
  }
  return end;
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
  store_ = std::make_unique<Store>(Store{.store = OwnedStore(made(X509_STORE_new()))});
  X509_STORE* store = store_->store.get();
  X509_STORE_set_check_issued(store, check_issued);
  X509_STORE_set_get_issuer(store, get_issuer);
  fill(
      certificates_, X509_OBJECT_set1_X509,
      [](auto& one) {
        one.handle().key();  // read now, since OpenSSL's callbacks cannot throw
        return one.handle().x509();
      },
      store);
  // Ours may take a delta for a full list where theirs passes it over (R9.14).
  std::vector<RevocationList> counting;
  std::ranges::copy_if(revocation_lists_, std::back_inserter(counting),
                       [](const auto& list) { return list.facts().scope.bar != CrlBar::kDelta; });
  fill(
      counting, X509_OBJECT_set1_X509_CRL, [](auto& one) { return one.handle().crl.get(); }, store);
  if (!check_crls_) return;
  X509_STORE_set_flags(store, X509_V_FLAG_CRL_CHECK | X509_V_FLAG_CRL_CHECK_ALL);
  install_revocation_check(store);
}

TrustStore::~TrustStore() = default;
TrustStore::TrustStore(TrustStore&&) noexcept = default;
TrustStore& TrustStore::operator=(TrustStore&&) noexcept = default;

ChainVerdict TrustStore::verify(std::span<const Certificate> chain, const VerifyPolicy& policy,
                                base::sys_seconds at) const {
  const OwnedContext context(made(X509_STORE_CTX_new()));
  const BorrowedStack sent = stack_of(chain);
  X509* leaf = chain.front().handle().whole();
  must(X509_STORE_CTX_init(context.get(), store_->store.get(), leaf, sent.get()) == 1);
  apply(policy, at, context.get());
  const VerifyRun run(context.get(), policy);
  X509_verify_cert(context.get());
  ERR_clear_error();
  const int code = X509_STORE_CTX_get_error(context.get());
  must(code != X509_V_ERR_OUT_OF_MEM);
  ChainVerdict verdict{.code = code, .reason = verify_text(code, policy.release)};
  verdict.chain_ends = end_of(X509_STORE_CTX_get0_chain(context.get()));
  return verdict;
}

TrustStore::Horizon TrustStore::horizon(std::span<const Certificate> chain,
                                        base::sys_seconds after) const {
  std::unordered_map<std::string_view, std::vector<const Certificate*>> by_subject;
  for (const Certificate& certificate : certificates_)
    by_subject[certificate.facts().subject.canonical].push_back(&certificate);
  std::vector<Certificate> met(chain.begin(), chain.end());
  std::set<std::string_view> names;
  for (std::size_t i = 0; i < met.size(); ++i) {  // `met` grows inside the loop
    const std::string_view issuer = met[i].facts().issuer.canonical;
    if (!names.insert(issuer).second) continue;
    for (const Certificate* one : by_subject[issuer]) met.push_back(*one);
  }
  std::vector<RevocationList> lists;
  for (const RevocationList& list : revocation_lists_) {
    if (names.contains(list.facts().issuer.canonical)) lists.push_back(list);
  }
  std::vector<base::sys_seconds> instants = instants_of_change({}, lists, after);
  for (const Certificate& certificate : met) {
    const auto begin = certificate.facts().validity.not_before;
    if (begin && *begin > after) instants.push_back(*begin);
  }
  std::sort(instants.begin(), instants.end());
  return {.instants = std::move(instants), .certificates = met.size() - chain.size()};
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
    add(list.facts().ends());
  }
  return {instants.begin(), instants.end()};
}

}  // namespace mtls::pki
