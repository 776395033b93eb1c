using System.Diagnostics;
using System.Text;
using System.Text.RegularExpressions;
using Sampan.Oci;

namespace Sampan.Launch.Tests.BadInput;

/// <summary>Reader, validation and compiler on 10 000 spoiled documents: a plan, or one line that begins with the JSON path of what is wrong.</summary>
public sealed unsafe partial class MutatedConfigTests
{
    private const int Documents = 10_000;
    private const long MostMemory = 256 << 20;

    [GeneratedRegex("^((ociVersion|process|root|hostname|domainname|mounts|hooks|annotations|linux)[.\\[:,]|not valid JSON|want an object|longer than)")]
    private static partial Regex BeginsWithPath { get; }

    [Fact]
    public void The_document_itself_makes_a_plan() => Assert.Null(Fault(Encoding.UTF8.GetBytes(FullConfig.Of("c1"))));

    [Fact]
    public void Each_makes_a_plan_or_a_line_that_names_the_field()
    {
        // No host of the root tests has this one.
        string document = FullConfig.Of("c1").Replace("\"memoryPolicy\":",
            "\"intelRdt\": {\"closID\": \"gold\", \"l3CacheSchema\": \"L3:0=f\", \"memBwSchema\": \"MB:0=20\", \"schemata\": [\"L2:0=f\"], \"enableMonitoring\": true}, \"memoryPolicy\":", StringComparison.Ordinal);
        int plans = 0;
        var wrong = new List<string>();
        for (int number = 0; number < Documents; number++)
        {
            var (json, what) = ConfigMutator.Spoil(document, number);
            long allocated = GC.GetAllocatedBytesForCurrentThread();
            var clock = Stopwatch.StartNew();
            string? fault;
            try
            {
                fault = Fault(json);
            }
            catch (Exception e)
            {
                wrong.Add($"document {number} ({what}): {e}");
                continue;
            }
            allocated = GC.GetAllocatedBytesForCurrentThread() - allocated;
            if (clock.Elapsed > TimeSpan.FromSeconds(5) || allocated > MostMemory)
                wrong.Add($"document {number} ({what}): {clock.Elapsed}, {allocated >> 20} MiB");
            if (fault is null)
                plans++;
            else if (!BeginsWithPath.IsMatch(fault) || fault.Any(char.IsControl) || fault.Length > 32_001)
                wrong.Add($"document {number} ({what}): {fault[..Math.Min(fault.Length, 500)]}");
        }
        Assert.True(wrong.Count == 0, $"{wrong.Count} of {Documents}:\n{string.Join('\n', wrong.Take(30))}");
        Assert.InRange(plans, Documents / 20, Documents / 2);      // a mutator that spoils all, or nothing, tests little
    }

    private static string? Fault(byte[] json)
    {
        try
        {
            var spec = JsonReading.Read<Spec>(json);
            var facts = new HostFacts
            {
                Kernel = new Version(6, 18),
                Resctrl = "/sys/fs/resctrl",
                Paths = new Dictionary<string, HostPathKind> { ["/dev/null"] = HostPathKind.File, ["/proc/kcore"] = HostPathKind.File, ["/proc/sys"] = HostPathKind.Directory },
            };
            foreach (var hook in spec.Hooks?.CreateRuntime ?? [])
                LaunchCompiler.Hook(new HookRequest { Hook = hook, Field = "hooks.createRuntime[0]" });
            var plan = LaunchCompiler.Launch(new LaunchRequest { Spec = spec, ID = "c1", Rootfs = "/bundle/rootfs", WaitForStart = true, StopsBeforePivot = true }, facts);
            int errno = 0;
            using var sealedPlan = new SealedPlan(plan, null, &errno);
            return null;
        }
        catch (OciFormatException e)
        {
            return new SampanException(ErrorKind.InvalidArgument, e.Message).Message;    // as who reads a bundle tells it
        }
        catch (SampanException e)
        {
            return e.Message;
        }
    }
}
