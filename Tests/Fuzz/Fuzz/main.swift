// Feeds libFuzzer's inputs to the parsers of strangers' bytes; the first byte chooses the side.
import CFuzzer
import Glibc

var count = CommandLine.argc
var arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>? = unsafe CommandLine.unsafeArgv

let status = unsafe LLVMFuzzerRunDriver(&count, &arguments) { data, size in
    guard let data = unsafe data, size > 0 else { return 0 }
    let input = unsafe Array(UnsafeBufferPointer(start: data, count: size))
    let rest = Array(input.dropFirst())
    if input[0] & 1 == 0 { fuzzClient(rest) } else { fuzzBackend(rest) }
    return 0
}
exit(status)
