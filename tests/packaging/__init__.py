"""What is shipped: dependencies, locks, walls, the wheel, the image, the App's manifest."""
