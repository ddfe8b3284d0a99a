namespace TorchSharp;

public static partial class torch
{
    /// <summary>Main memory.</summary>
    public static readonly Device CPU = new(DeviceType.CPU);

    /// <summary>The GPU that is current.</summary>
    public static Device CUDA => new(DeviceType.CUDA);

    /// <summary>No memory at all: sizes and types without data.</summary>
    public static readonly Device META = new(DeviceType.META);

    /// <summary>A device by description: <c>"cpu"</c>, <c>"cuda"</c>, <c>"cuda:1"</c>.</summary>
    /// <exception cref="ArgumentException">No such device type, or an index that is no number.</exception>
    public static Device device(string description) => new(description);

    /// <summary>A device by the name of its type and its index; -1 is the current one.</summary>
    public static Device device(string deviceType, int index = -1) => new(deviceType, index);

    /// <summary>A device by type and index; -1 is the current one.</summary>
    public static Device device(DeviceType deviceType, int index = -1) => new(deviceType, index);

    /// <summary>The GPU with this index.</summary>
    public static Device device(int index) => new(index);

    /// <summary>Where a tensor lies.</summary>
    public class Device
    {
        /// <summary>The kind of device.</summary>
        public DeviceType type { get; }

        /// <summary>Which one of its kind; -1 is the current one.</summary>
        public int index { get; }

        /// <summary>A device by description: <c>"cpu"</c>, <c>"cuda"</c>, <c>"cuda:1"</c>.</summary>
        /// <exception cref="ArgumentException">No such device type, or an index that is no number.</exception>
        public Device(string description)
        {
            ArgumentNullException.ThrowIfNull(description);
            var parts = description.Split(':');
            type = Type(parts[0]);
            index = parts.Length switch
            {
                1 => -1,
                2 when int.TryParse(parts[1], out var i) && i >= 0 => i,
                _ => throw new ArgumentException($"'{description}' is no device. Expected cpu, cuda or cuda:INDEX.", nameof(description)),
            };
        }

        /// <summary>A device by the name of its type and its index; -1 is the current one.</summary>
        public Device(string deviceType, int index = -1) : this(Type(deviceType), index) { }

        /// <summary>A device by type and index; -1 is the current one.</summary>
        public Device(DeviceType deviceType, int index = -1) => (type, this.index) = (deviceType, index);

        /// <summary>The GPU with this index.</summary>
        public Device(int index) : this(DeviceType.CUDA, index) { }

        /// <summary>A device by description.</summary>
        public static implicit operator Device(string description) => new(description);

        /// <summary>The description: <c>cpu</c>, <c>cuda:1</c>.</summary>
        public override string ToString() =>
            type.ToString().ToLowerInvariant() + (index >= 0 && type is not DeviceType.CPU ? $":{index}" : "");

        private static DeviceType Type(string name) => name.ToLowerInvariant() switch
        {
            "cpu" => DeviceType.CPU,
            "cuda" => DeviceType.CUDA,
            "mps" => DeviceType.MPS,
            "meta" => DeviceType.META,
            _ => throw new ArgumentException($"'{name}' is no device type. Expected cpu, cuda, mps or meta.", nameof(name)),
        };
    }
}
