#include "pki/revocation_check.h"

#include <openssl/x509v3.h>

#include "pki/openssl.h"

namespace mtls::pki {
namespace {

using Check = X509_STORE_CTX_check_revocation_fn;
using OwnedContext = Owned<X509_STORE_CTX, X509_STORE_CTX_free>;
using OwnedStore = Owned<X509_STORE, X509_STORE_free>;

void free_chain(STACK_OF(X509) * chain) { sk_X509_pop_free(chain, X509_free); }
using OwnedChain = Owned<STACK_OF(X509), free_chain>;

// OpenSSL's own function, which a context of a fresh store has; it has no name that can be called.
Check own_check() {
  static const Check kOwn = [] {
    const OwnedStore store(made(X509_STORE_new()));
    const OwnedContext context(made(X509_STORE_CTX_new()));
    X509_STORE_CTX_init(context.get(), store.get(), nullptr, nullptr);
    return X509_STORE_CTX_get_check_revocation(context.get());
  }();
  return kOwn;
}

X509* last_of(X509_STORE_CTX* context) {
  const STACK_OF(X509)* chain = X509_STORE_CTX_get0_chain(context);
  return sk_X509_value(chain, sk_X509_num(chain) - 1);
}

bool is_self_signed(X509* x509) { return (X509_get_extension_flags(x509) & EXFLAG_SS) != 0; }

// The same certificate, of which OpenSSL does not know that it is self-signed: it computes that
// from the key.
OwnedCertificate without_key(X509* x509) {
  unsigned char* der = nullptr;
  const int length = i2d_X509(x509, &der);
  const unsigned char* at = der;
  OwnedCertificate copy(reinterpret_cast<X509*>(ASN1_item_d2i_ex(
      nullptr, &at, length, ASN1_ITEM_rptr(X509), library_without_decoders(), nullptr)));
  OPENSSL_free(der);
  if (copy) X509_get_extension_flags(copy.get());  // computes them; the check reads them bare
  return copy;
}

// Ours skips the last certificate of the chain, theirs would not. A chain of the copy and the
// certificate above it asks for the CRL that theirs asks for: the issuer's, which is itself.
int check_last_too(X509_STORE_CTX* context) {
  if (own_check()(context) == 0) return 0;
  OwnedCertificate copy = without_key(last_of(context));
  OwnedChain whole(X509_STORE_CTX_get1_chain(context));
  OwnedChain pair(sk_X509_new_reserve(nullptr, 2));
  if (!copy || !whole || !pair) {  // no exception may pass through OpenSSL
    X509_STORE_CTX_set_error(context, X509_V_ERR_OUT_OF_MEM);
    return 0;
  }
  X509* last = last_of(context);
  X509_up_ref(last);
  sk_X509_push(pair.get(), copy.release());
  sk_X509_push(pair.get(), last);
  X509_STORE_CTX_set0_verified_chain(context, pair.release());
  const int result = own_check()(context);
  X509_STORE_CTX_set0_verified_chain(context, whole.release());
  return result;
}

}  // namespace

VerifyRun::VerifyRun(X509_STORE_CTX* context, const VerifyPolicy& policy)
    : release_(policy.release), assumes_signature_(policy.assumes_signature) {
  X509_STORE_CTX_set_app_data(context, this);
  X509_STORE_CTX_set_verify_cb(context, note_error);
}

int VerifyRun::note_error(int /*ok*/, X509_STORE_CTX* context) {
  auto* run = static_cast<VerifyRun*>(X509_STORE_CTX_get_app_data(context));
  if (run == nullptr) return 1;
  const int error = X509_STORE_CTX_get_error(context);
  const int depth = X509_STORE_CTX_get_error_depth(context);
  const bool is_assumed =
      run->assumes_signature_ && depth == 0 && error == X509_V_ERR_CERT_SIGNATURE_FAILURE;
  const bool is_skipped = run->skipped_depth_ >= 0 && depth == run->skipped_depth_;
  if (is_assumed || is_skipped) {
    X509_STORE_CTX_set_error(context, run->error_);
  } else {
    run->error_ = error;
  }
  return 1;
}

// Theirs skips the last certificate of the chain, ours does not: what it says of it is taken back.
int VerifyRun::skip_last(X509_STORE_CTX* context) {
  error_ = X509_STORE_CTX_get_error(context);
  skipped_depth_ = sk_X509_num(X509_STORE_CTX_get0_chain(context)) - 1;
  const int result = own_check()(context);
  skipped_depth_ = -1;
  return result;
}

int VerifyRun::check_revocation(X509_STORE_CTX* context) {
  auto* run = static_cast<VerifyRun*>(X509_STORE_CTX_get_app_data(context));
  const bool ours_skips = linked_openssl() >= kOpenssl36;
  const bool theirs_skips = run != nullptr ? run->release_ >= kOpenssl36 : ours_skips;
  if (ours_skips == theirs_skips || !is_self_signed(last_of(context))) return own_check()(context);
  return theirs_skips ? run->skip_last(context) : check_last_too(context);
}

void install_revocation_check(X509_STORE* store) {
  own_check();  // before the first verification asks for it
  X509_STORE_set_check_revocation(store, VerifyRun::check_revocation);
}

}  // namespace mtls::pki
