using Xunit.v3;

namespace Sampan.RootTests.Harness;

/// <summary>
/// A test whose outcome may depend on the kind of host: version and controllers of the cgroup file system, who owns it, security modules, the kernel's age.
/// These are run a second time in the virtual machine (tests/vm/run --by-host).
/// </summary>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Method)]
internal sealed class DiffersByHostAttribute : Attribute, ITraitAttribute
{
    public IReadOnlyCollection<KeyValuePair<string, string>> GetTraits() => [new("Host", "differs")];
}
