using Sampan.Oci;

namespace Sampan.Cgroups;

/// <summary>
/// <see href="https://docs.kernel.org/admin-guide/cgroup-v1/hugetlb.html">Documentation/admin-guide/cgroup-v1/hugetlb.rst</see>,
/// <see href="https://docs.kernel.org/admin-guide/cgroup-v2.html#hugetlb">Documentation/admin-guide/cgroup-v2.rst, "HugeTLB"</see>.
/// </summary>
internal static class Hugetlb
{
    public static void AddV1(List<CgroupWrite> writes, List<LinuxHugepageLimit>? limits) => Add(writes, limits, "limit_in_bytes");

    public static void AddV2(List<CgroupWrite> writes, List<LinuxHugepageLimit>? limits) => Add(writes, limits, "max");

    /// <summary>The kernel's own spelling, which is part of the file's name: 64KB, 2MB, 1GB.</summary>
    public static bool IsPageSize(string? size)
    {
        if (size is null || size.Length is < 3 or > 8 || size[^1] != 'B' || size[^2] is not ('K' or 'M' or 'G') || size[0] == '0')
            return false;
        foreach (char c in size.AsSpan(0, size.Length - 2))
            if (!char.IsAsciiDigit(c))
                return false;
        return true;
    }

    private static void Add(List<CgroupWrite> writes, List<LinuxHugepageLimit>? limits, string file)
    {
        for (int i = 0; i < (limits?.Count ?? 0); i++)
        {
            string size = limits![i].PageSize!, value = $"{limits[i].Limit ?? 0}", field = $"{ResourceWrites.Root}.hugepageLimits[{i}]";
            writes.Add(new("hugetlb", $"hugetlb.{size}.{file}", value, field));
            // Reserved but unused pages count too: a mapping beyond the limit then fails at mmap, and not with SIGBUS later. Since 5.7.
            writes.Add(new("hugetlb", $"hugetlb.{size}.rsvd.{file}", value, field) { Optional = true });
        }
    }
}
