using System.Collections;
using TorchSharp.Modules;

namespace TorchSharp
{
    namespace Modules
    {
        /// <summary>A list of modules, named "0", "1", … where it is registered; what to do with them is the owner's affair.</summary>
        public class ModuleList<T> : torch.nn.Module, IList<T> where T : torch.nn.Module
        {
            private readonly List<T> items = [];

            /// <summary>Makes a list.</summary>
            /// <param name="modules">The modules in their order.</param>
            public ModuleList(params T[] modules) : base("ModuleList") => extend(modules);

            /// <inheritdoc/>
            protected override void RegisterComponents() { }

            /// <inheritdoc/>
            public T this[int index]
            {
                get => items[index];
                set { items[index] = value; Renumber(); }
            }

            /// <inheritdoc/>
            public int Count => items.Count;

            /// <summary>False.</summary>
            public bool IsReadOnly => false;

            /// <inheritdoc/>
            public void Add(T item) { items.Add(item); Renumber(); }

            /// <summary>Adds modules at the end.</summary>
            /// <param name="parameters">The modules in their order.</param>
            public void append(params T[] parameters) => extend(parameters);

            /// <summary>Adds modules at the end.</summary>
            /// <param name="modules">The modules in their order.</param>
            public void extend(IEnumerable<T> modules) { items.AddRange(modules); Renumber(); }

            /// <inheritdoc/>
            public void Insert(int index, T item) { items.Insert(index, item); Renumber(); }

            /// <inheritdoc/>
            public bool Remove(T item)
            {
                var removed = items.Remove(item);
                Renumber();
                return removed;
            }

            /// <inheritdoc/>
            public void RemoveAt(int index) { items.RemoveAt(index); Renumber(); }

            /// <inheritdoc/>
            public void Clear() { items.Clear(); Renumber(); }

            /// <inheritdoc/>
            public bool Contains(T item) => items.Contains(item);

            /// <inheritdoc/>
            public int IndexOf(T item) => items.IndexOf(item);

            /// <inheritdoc/>
            public void CopyTo(T[] array, int arrayIndex) => items.CopyTo(array, arrayIndex);

            /// <inheritdoc/>
            public IEnumerator<T> GetEnumerator() => items.GetEnumerator();

            IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

            private void Renumber()
            {
                ClearModules();
                for (var i = 0; i < items.Count; i++) register_module($"{i}", items[i]);
            }
        }
    }

    public static partial class torch
    {
        public static partial class nn
        {
            /// <summary>A list of modules of any kind.</summary>
            /// <param name="modules">The modules in their order.</param>
            public static ModuleList<Module> ModuleList(params Module[] modules) => new(modules);

            /// <summary>A list of modules of one kind.</summary>
            /// <param name="modules">The modules in their order.</param>
            public static ModuleList<T> ModuleList<T>(params T[] modules) where T : Module => new(modules);
        }
    }
}
