using System.Globalization;
using System.Text;
using Sampan.Linux;
using Sampan.Oci;
using Sampan.Runtime;

namespace Sampan.OciCli;

/// <summary>`update`: new limits for a container that is there already.</summary>
internal static class UpdateVerb
{
    private static readonly string[] Options =
    [
        "resources,r=", "memory=", "memory-reservation=", "memory-swap=", "cpu-period=", "cpu-quota=", "cpu-burst=", "cpu-share=", "cpu-rt-period=",
        "cpu-rt-runtime=", "cpu-idle=", "cpuset-cpus=", "cpuset-mems=", "pids-limit=", "blkio-weight=", "kernel-memory=", "kernel-memory-tcp=",
        "l3-cache-schema=", "mem-bw-schema=",
    ];

    public static int Run(GlobalOptions global, ReadOnlySpan<string> rest)
    {
        var arguments = new Arguments(rest, Options);
        string id = arguments.ID("update");
        var runtime = new ContainerRuntime(global.Root);
        string? cache = Given(arguments, "l3-cache-schema"), bandwidth = Given(arguments, "mem-bw-schema");
        if (cache is not null || bandwidth is not null)
            runtime.UpdateClass(id, cache, bandwidth);
        runtime.Update(id, arguments.Value("resources") is { } file ? FromFile(file) : FromOptions(arguments));
        return 0;
    }

    private static string? Given(Arguments arguments, string name) => arguments.Value(name) is { Length: > 0 } text ? text : null;

    private static LinuxResources FromFile(string file)
    {
        try
        {
            return JsonReading.Read<LinuxResources>(file == "-" ? StandardInput() : SmallFile.Bytes(file, JsonReading.Limit));
        }
        catch (OciFormatException e)
        {
            throw new SampanException(ErrorKind.InvalidArgument, $"{(file == "-" ? "standard input" : file)}: {e.Message}", e);
        }
    }

    // The kernel has ignored its limits of kernel memory since 5.16: those options are taken, for old callers give them, and do nothing.
    private static LinuxResources FromOptions(Arguments arguments) => new()
    {
        Memory = new LinuxMemory
        {
            Limit = Bytes(arguments, "memory"), Reservation = Bytes(arguments, "memory-reservation"), Swap = Bytes(arguments, "memory-swap"),
        },
        Cpu = new LinuxCpu
        {
            Period = Positive(arguments, "cpu-period"), Quota = Number(arguments, "cpu-quota"), Burst = Positive(arguments, "cpu-burst"),
            Shares = Positive(arguments, "cpu-share"), RealtimePeriod = Positive(arguments, "cpu-rt-period"),
            RealtimeRuntime = Number(arguments, "cpu-rt-runtime"), Idle = Number(arguments, "cpu-idle"),
            Cpus = arguments.Value("cpuset-cpus"), Mems = arguments.Value("cpuset-mems"),
        },
        Pids = new LinuxPids { Limit = Number(arguments, "pids-limit") },
        BlockIo = new LinuxBlockIo { Weight = (uint?)Positive(arguments, "blkio-weight", ushort.MaxValue) },
    };

    private static long? Number(Arguments arguments, string name) => arguments.Value(name) is not { Length: > 0 } text ? null
        : long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long number) ? number : throw Invalid(text, name, "a whole number");

    private static ulong? Positive(Arguments arguments, string name, ulong most = ulong.MaxValue) => arguments.Value(name) is not { Length: > 0 } text ? null
        : ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out ulong number) && number <= most ? number : throw Invalid(text, name, "a whole number from 0");

    private static long? Bytes(Arguments arguments, string name) => arguments.Value(name) switch
    {
        null or "" => null,
        "-1" => -1,
        var text => ByteSize.Parse(text) ?? throw Invalid(text, name, "bytes, or a size such as 64m or 1.5g"),
    };

    private static UsageException Invalid(string text, string name, string wanted) => new($"invalid value \"{text}\" for --{name}: want {wanted}");

    private static byte[] StandardInput()
    {
        byte[] buffer = new byte[64 << 10];
        int length = 0;
        while (true)
        {
            int n = (int)LinuxException.Check(Sys.Read(0, buffer.AsSpan(length)), "read", "standard input");
            if (n == 0)
                return buffer[..length];
            if ((length += n) > JsonReading.Limit)
                throw new SampanException(ErrorKind.InvalidArgument, $"standard input: longer than {JsonReading.Limit >> 20} MiB");
            if (length == buffer.Length)
                Array.Resize(ref buffer, buffer.Length * 2);
        }
    }
}
