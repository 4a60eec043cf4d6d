@main
struct PAMHelper {
    static func main() {}
}
