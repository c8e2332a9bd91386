"""The metric families that come with svcqa, one per file, registered like anyone's."""
