using System.Text;

namespace Sampan.Oci.Tests;

/// <summary>What is read of a document late, as a profile of seccomp is, is told by its place all the same.</summary>
public class JsonReadingTests
{
    [Theory]
    [InlineData("""[{"names":["mkdir","\ud800"],"action":"SCMP_ACT_ALLOW"}]""", "linux.seccomp.syscalls: not valid JSON: a string is not valid Unicode")]
    [InlineData("""[{"names":7}]""", "linux.seccomp.syscalls[0].names: want an array, not 7")]
    [InlineData("{}", "linux.seccomp.syscalls: want an array, not an object")]
    public void An_array_of_a_greater_document(string json, string message)
    {
        var spec = JsonReading.Read<Spec>(Encoding.UTF8.GetBytes($$$$"""{"ociVersion":"1.3.0","linux":{"seccomp":{"defaultAction":"SCMP_ACT_ALLOW","syscalls":{{{{json}}}}}}}"""));
        Assert.Equal(message, Assert.Throws<OciFormatException>(() => spec.Linux!.Seccomp!.Syscalls).Message);
    }
}
