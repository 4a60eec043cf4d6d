// `Fuzz TARGET …`: feeds libFuzzer's inputs to one of the readers of strangers' bytes.
import CFuzzer
import Glibc

enum Target: String, CaseIterable {
    case client, backend, session, names, globs, helper, proxy, records

    static let chosen = CommandLine.arguments.dropFirst().first.flatMap(Target.init)

    func fuzz(_ input: [UInt8]) {
        switch self {
        case .client: fuzzClient(input)
        case .backend: fuzzBackend(input)
        case .session: fuzzSession(input)
        case .names: fuzzNames(input)
        case .globs: fuzzGlobs(input)
        case .helper: fuzzHelper(input)
        case .proxy: fuzzProxy(input)
        case .records: fuzzRecords(input)
        }
    }
}

guard Target.chosen != nil else {
    let names = Target.allCases.map(\.rawValue).joined(separator: "|")
    print("usage: Fuzz \(names) [libFuzzer's arguments]")
    exit(2)
}

// libFuzzer takes what follows the target for the arguments of a program of its own.
var count = CommandLine.argc - 1
var arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>? =
    unsafe CommandLine.unsafeArgv + 1

let status = unsafe LLVMFuzzerRunDriver(&count, &arguments) { data, size in
    guard let data = unsafe data, size > 0 else { return 0 }
    unsafe Target.chosen?.fuzz(Array(UnsafeBufferPointer(start: data, count: size)))
    return 0
}
exit(status)
