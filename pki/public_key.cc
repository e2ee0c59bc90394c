#include "pki/public_key.h"

#include <openssl/decoder.h>
#include <openssl/objects.h>
#include <openssl/provider.h>

#include <array>
#include <map>
#include <memory>
#include <utility>

#include "base/shortage.h"
#include "pki/encoding/der_element.h"
#include "pki/openssl.h"

namespace mtls::pki {
namespace {

using OwnedContext = base::Owned<OSSL_DECODER_CTX, OSSL_DECODER_CTX_free>;
using OwnedBytes = base::Owned<unsigned char, [](unsigned char* bytes) { OPENSSL_free(bytes); }>;

// SEC 1 §2.3.3: a point that begins with 04 has both coordinates. For all others OpenSSL computes
// one.
bool is_whole(encoding::DerBytes point) { return !point.empty() && point.front() == 0x04; }

// ECParameters of RFC 3279 §2.3.5: version, fieldID, curve, base, ...
encoding::DerBytes base_point(encoding::DerBytes parameters) {
  encoding::DerElement field = encoding::first_element(encoding::first_element(parameters).content);
  for (int i = 0; i < 3; ++i) field = encoding::first_element(field.rest);
  return field.content;
}

// An upper bound for the time in which OpenSSL 3.0 reads the key, in 0.1 ms; 0 means hardly any.
int weight_of(const X509_ALGOR* algorithm, encoding::DerBytes key) {
  const ASN1_OBJECT* name = nullptr;
  int type = V_ASN1_UNDEF;
  const void* parameters = nullptr;
  X509_ALGOR_get0(&name, &type, &parameters, algorithm);
  if (OBJ_obj2nid(name) != EVP_PKEY_EC) return 0;
  if (type != V_ASN1_SEQUENCE) return is_whole(key) ? 0 : 4;  // secp224r1, the slowest named curve
  const auto* text = static_cast<const ASN1_STRING*>(parameters);
  const encoding::DerBytes curve{ASN1_STRING_get0_data(text),
                                 static_cast<std::size_t>(ASN1_STRING_length(text))};
  constexpr int kTwoRoots = 2500;  // for a curve over 661 bits, the most that OpenSSL accepts
  return is_whole(key) && is_whole(base_point(curve)) ? 2 : kTwoRoots;
}

struct Decoder {
  OwnedContext context;
  EVP_PKEY* key = nullptr;  // `context` stores the key here
};

std::unique_ptr<Decoder> make_decoder(const ASN1_OBJECT* algorithm) {
  std::array<char, 80> name{};  // OSSL_MAX_NAME_SIZE is 50
  OBJ_obj2txt(name.data(), static_cast<int>(name.size()), algorithm, 0);
  auto decoder = std::make_unique<Decoder>();
  decoder->context.reset(OSSL_DECODER_CTX_new_for_pkey(&decoder->key, "DER", "SubjectPublicKeyInfo",
                                                       name.data(), EVP_PKEY_PUBLIC_KEY, nullptr,
                                                       nullptr));
  return decoder->context ? std::move(decoder) : nullptr;
}

// The decoders of this thread, by NID of the algorithm. What was set up while memory was short may
// lack a part, and then looks like an algorithm that OpenSSL does not know: it is not kept, as the
// evaluation is not (ADR 11).
class Decoders {
 public:
  /// nullptr: OpenSSL has none for the algorithm. Valid until the next call.
  Decoder* find(const ASN1_OBJECT* algorithm) {
    const int nid = OBJ_obj2nid(algorithm);
    if (nid == NID_undef) return nullptr;  // no decoder of OpenSSL has such a name
    const auto known = kept_.find(nid);
    if (known != kept_.end()) return known->second.get();
    const base::ShortageWatch watch;
    last_ = make_decoder(algorithm);
    const bool is_sound = last_ != nullptr && !watch.seen();
    if (!is_sound || kept_.size() == kMostKept) return last_.get();
    return kept_.emplace(nid, std::move(last_)).first->second.get();
  }

 private:
  static constexpr std::size_t kMostKept = 16;  // OpenSSL 3 reads about ten algorithms

  std::map<int, std::unique_ptr<Decoder>> kept_;
  std::unique_ptr<Decoder> last_;
};

Decoders& decoders() {
  thread_local Decoders of_this_thread;
  return of_this_thread;
}

}  // namespace

std::string dotted(const ASN1_OBJECT* algorithm) {
  constexpr int kNoName = 1;
  std::array<char, 80> text{};
  const int length = OBJ_obj2txt(text.data(), static_cast<int>(text.size()), algorithm, kNoName);
  return length > 0 ? text.data() : "";
}

bool KeyReader::spend(int weight) {
  constexpr int kMaxSpent = 10'000;
  if (spent_ + weight > kMaxSpent) return false;
  spent_ += weight;
  return true;
}

bool KeyReader::may_read_whole() { return spend(2); }

bool KeyReader::is_slow(const X509_PUBKEY* key) {
  const unsigned char* bits = nullptr;
  int size = 0;
  X509_ALGOR* algorithm = nullptr;
  X509_PUBKEY_get0_param(nullptr, &bits, &size, &algorithm, key);
  return weight_of(algorithm, {bits, static_cast<std::size_t>(size)}) > 0;
}

OwnedKey KeyReader::read(const X509_PUBKEY* key) {
  ASN1_OBJECT* name = nullptr;
  const unsigned char* bits = nullptr;
  int size = 0;
  X509_ALGOR* algorithm = nullptr;
  X509_PUBKEY_get0_param(&name, &bits, &size, &algorithm, key);
  if (late_algorithm(dotted(name)).since > release_) return nullptr;
  Decoder* decoder = decoders().find(name);
  if (decoder == nullptr) return nullptr;

  if (!spend(weight_of(algorithm, {bits, static_cast<std::size_t>(size)}))) return nullptr;
  unsigned char* der = nullptr;
  const int length = i2d_X509_PUBKEY(key, &der);
  const OwnedBytes owned(der);
  if (length <= 0) return nullptr;
  const unsigned char* at = der;
  auto left = static_cast<std::size_t>(length);
  const bool is_read = OSSL_DECODER_from_data(decoder->context.get(), &at, &left) == 1 && left == 0;
  OwnedKey read(std::exchange(decoder->key, nullptr));
  return is_read ? std::move(read) : nullptr;
}

OSSL_LIB_CTX* library_without_decoders() {
  static OSSL_LIB_CTX* const kLibrary = [] {
    OSSL_LIB_CTX* library = made(OSSL_LIB_CTX_new());
    OSSL_PROVIDER_load(library, "null");  // otherwise the default provider is loaded at first use
    return library;
  }();
  return kLibrary;
}

}  // namespace mtls::pki
