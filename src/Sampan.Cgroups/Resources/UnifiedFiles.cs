namespace Sampan.Cgroups;

/// <summary>runtime-spec 1.3, config-linux.md, "Unified": files of cgroup v2 by name.</summary>
internal static class UnifiedFiles
{
    public static void Add(List<CgroupWrite> writes, Dictionary<string, string>? unified)
    {
        foreach (var (file, value) in ResourceWrites.Sorted(unified))
        {
            string field = $"{ResourceWrites.Root}.unified[\"{file}\"]";
            int dot = file.IndexOf('.');
            if (dot <= 0 || file.Contains('/') || !ResourceCheck.IsWord(file))
                throw new SampanException(ErrorKind.InvalidArgument, $"{field}: want the name of a file of a controller, such as memory.high");
            // The kernel takes one line in a write(2).
            foreach (string line in value.Split('\n', StringSplitOptions.RemoveEmptyEntries))
                writes.Add(new(file[..dot], file, line, field));
        }
    }
}
