using System.Text;

namespace Sampan.Cli.Format;

/// <summary>Columns as Docker sets them: three spaces apart, none narrower than ten, the last as wide as it is.</summary>
public sealed class Table(params string[] head)
{
    private const int Gap = 3;

    /// <summary>Characters, with the blanks after it.</summary>
    public int Narrowest { get; init; } = 10;

    private readonly List<string[]> _rows = [head];

    public void Add(params string[] row) => _rows.Add(row);

    public override string ToString()
    {
        int[] widths = new int[head.Length];
        foreach (string[] row in _rows)
            for (int i = 0; i < row.Length; i++)
                widths[i] = Math.Max(Math.Max(widths[i], Narrowest), row[i].Length + Gap);
        var text = new StringBuilder();
        foreach (string[] row in _rows)
        {
            for (int i = 0; i < row.Length; i++)
                text.Append(i == row.Length - 1 ? row[i] : row[i].PadRight(widths[i]));
            text.Append('\n');
        }
        return text.ToString();
    }
}
